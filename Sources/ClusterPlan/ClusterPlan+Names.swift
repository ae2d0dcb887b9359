import ClusterConfig
import ControlCluster

extension ClusterPlan {
  /// The processes of all other hosts; none on one machine, and none but at the head.
  public var elsewhere: [(share: HostShare, topology: Topology)] {
    guard host == 0 else { return [] }
    return shares.indices.dropFirst().map { (shares[$0], Topology(config, shares: shares, host: $0)) }
  }

  /// Of all processes, those of other hosts with the host's before it: `b/controller-19`.
  public var names: [String] {
    topology.processes.map(\.name)
      + elsewhere.flatMap { share, topology in topology.processes.map { Self.name(of: $0.name, on: share.name) } }
  }

  public static func name(of process: String, on host: String) -> String { "\(host)/\(process)" }
}

extension ClusterPlan {
  /// What the part of a cluster that is on another host is found by there: `go2.b`.
  public static func clusterName(of cluster: String, on host: String) -> String { "\(cluster).\(host)" }
}
