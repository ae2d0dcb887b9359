import ClusterConfig
import ControlCluster

/// Everything that follows from a config before anything runs: the shared memory and the processes. A pure value: nothing of
/// this machine is in it, and the same config gives the same bytes. User id and cores are bound at launch.
public struct ClusterPlan: Sendable, Equatable {
  public let config: ClusterConfig
  /// The hosts that have controllers, with theirs, the head first; one that has them all when the config names no others.
  public let shares: [HostShare]
  /// The one of them that this is the memory and the processes of. 0 is the head, whose memory has the rows of all.
  public let host: Int
  /// What the server needs to create the shared memory.
  public let blueprint: ClusterBlueprint
  /// The processes, in the order they start in.
  public let topology: Topology

  /// - Parameters:
  ///   - config: validated; what validation guarantees is not checked again, but no config makes this trap.
  ///   - configText: the resolved YAML, published beside the tables.
  ///   - host: one of ``shares``.
  /// - Throws: for a memory map that could not be made: too large, too many axes, an alignment beyond a page; for a host that
  ///   is not there.
  public init(_ config: ClusterConfig, configText: String, host: Int = 0) throws(PlanError) {
    self.config = config
    let shares = config.shares()
    guard shares.indices.contains(host) else { throw .host(host, of: shares.count) }
    (self.shares, self.host) = (shares, host)
    let slots = config.slots(of: shares, host: host)
    let buffers = try MemoryMap(config, slots: slots).buffers
    blueprint = ClusterBlueprint(
      name: config.name, slots: slots, perProcess: config.controllers.perProcess, buffers: buffers,
      description: config.described(shares, host: host).compact, config: configText)
    topology = Topology(config, shares: shares, host: host)
  }
}
