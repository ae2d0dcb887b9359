import ClusterConfig

/// One process of a ``Topology``.
public struct PlannedProcess: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    case server
    /// A worker, which hosts one or more controllers.
    case controller
    case simulator
  }

  /// An environment variable.
  public struct Variable: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// `server`, `controller-3`, `controllers-0-7` or `simulator`; unique in the topology.
  public var name: String
  public var role: Role
  /// The controllers that a worker hosts; empty for other roles.
  public var slots: Range<Int>
  public var program: ClusterConfig.Program
  /// What is set beside the program's own environment, which already wins here.
  public var environment: [Variable]
  /// Which cores it asks for; `nil`: wherever the kernel likes.
  public var placement: ClusterConfig.Placement?
  /// `nil`: as the launcher itself.
  public var scheduling: ClusterConfig.Scheduling?
  /// It starts once all processes of these roles are ready.
  public var dependencies: [Role]

  public init(
    name: String, role: Role, slots: Range<Int> = 0..<0, program: ClusterConfig.Program,
    environment: [Variable] = [], placement: ClusterConfig.Placement? = nil,
    scheduling: ClusterConfig.Scheduling? = nil, dependencies: [Role] = []
  ) {
    self.name = name
    self.role = role
    self.slots = slots
    self.program = program
    self.environment = environment
    self.placement = placement
    self.scheduling = scheduling
    self.dependencies = dependencies
  }
}
