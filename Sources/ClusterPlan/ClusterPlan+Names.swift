import ClusterConfig
import ControlCluster

extension ClusterPlan {
  /// The plans of all other hosts with their names; none on one machine, and none but at the head.
  public var elsewhere: [(host: String, plan: ClusterPlan)] {
    guard host == 0 else { return [] }
    return shares.indices.dropFirst().compactMap { index in
      // What could be planned for the head, with more rows, can be for them.
      (try? ClusterPlan(config, configText: "", host: index)).map { (shares[index].name, $0) }
    }
  }

  /// Of all processes, those of other hosts with the host's before it: `b/controller-19`.
  public var names: [String] {
    topology.processes.map(\.name)
      + elsewhere.flatMap { host, plan in plan.topology.processes.map { Self.name(of: $0.name, on: host) } }
  }

  public static func name(of process: String, on host: String) -> String { "\(host)/\(process)" }
}

extension ClusterPlan {
  /// What the part of a cluster that is on another host is found by there: `go2.b`.
  public static func clusterName(of cluster: String, on host: String) -> String { "\(cluster).\(host)" }
}
