import ClusterConfig
import ControlCluster

/// Everything that follows from a config before anything runs: the shared memory and the processes. A pure value: nothing of
/// this machine is in it, and the same config gives the same bytes. User id and cores are bound at launch.
public struct ClusterPlan: Sendable, Equatable {
  public let config: ClusterConfig
  /// What the server needs to create the shared memory.
  public let blueprint: ClusterBlueprint
  /// The processes, in the order they start in.
  public let topology: Topology

  /// - Parameters:
  ///   - config: validated; what validation guarantees is not checked again, but no config makes this trap.
  ///   - configText: the resolved YAML, published beside the tables.
  /// - Throws: for a memory map that could not be made: too large, too many axes, an alignment beyond a page.
  public init(_ config: ClusterConfig, configText: String) throws(PlanError) {
    self.config = config
    let buffers = try MemoryMap(config).buffers
    blueprint = ClusterBlueprint(
      name: config.name, slots: config.controllers.count, perProcess: config.controllers.perProcess, buffers: buffers,
      description: config.described().compact, config: configText)
    topology = Topology(config)
  }
}
