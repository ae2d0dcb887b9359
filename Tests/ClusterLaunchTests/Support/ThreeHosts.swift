import ClusterConfig
import ClusterPlan

@testable import ClusterLaunch

/// Twelve controllers on the hosts a, b and c.
enum ThreeHosts {
  static func hosts(lost: ClusterConfig.Hosts.Lost = .end, mpirun: [String] = []) -> ClusterConfig.Hosts {
    ClusterConfig.Hosts(list: ["a", "b", "c"].map { .init(name: $0) }, lost: lost, mpirun: mpirun)
  }

  /// - Parameter own: controllers of the head; the others have the rest.
  static func plan(host: Int = 0, lost: ClusterConfig.Hosts.Lost = .end, own: Int = 4) throws -> ClusterPlan {
    var config = try Go2.plan(["controllers.count=12"]).config
    var hosts = hosts(lost: lost)
    for (index, count) in [own, 12 - own - (12 - own) / 2, (12 - own) / 2].enumerated() {
      hosts.list[index].controllers = count
    }
    config.hosts = hosts
    return try ClusterPlan(config, configText: "", host: host)
  }
}
