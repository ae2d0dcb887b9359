import ClusterConfig

/// One process of a ``Topology``.
public struct PlannedProcess: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    case server
    /// A worker, which hosts one or more controllers.
    case controller
    case simulator
    /// One of the config's `processes`, or the recorder.
    case extra
  }

  /// Who must be ready before another process starts.
  public enum Dependency: Sendable, Hashable, CustomStringConvertible {
    /// Its memory is there.
    case server
    /// All of them have registered.
    case controllers
    /// It is started, or would be if it were not started by hand.
    case simulator
    /// One of the config's `processes` is ready.
    case extra(String)

    init(_ name: String) {
      self =
        switch name {
        case "server": .server
        case "controllers": .controllers
        case "simulator": .simulator
        default: .extra(name)
        }
    }

    /// As the config names it.
    public var description: String {
      switch self {
      case .server: "server"
      case .controllers: "controllers"
      case .simulator: "simulator"
      case .extra(let name): name
      }
    }
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

  /// `server`, `controller-3`, `controllers-0-7`, `simulator` or a name of the config's; unique in the topology.
  public var name: String
  public var role: Role
  /// What others wait for in order to wait for it.
  public var dependency: Dependency {
    switch role {
    case .server: .server
    case .controller: .controllers
    case .simulator: .simulator
    case .extra: .extra(name)
    }
  }
  /// The controllers that a worker hosts; empty for other roles.
  public var slots: Range<Int>
  public var program: ClusterConfig.Program
  /// What is set beside the program's own environment, which already wins here.
  public var environment: [Variable]
  /// Which cores it asks for; `nil`: wherever the kernel likes.
  public var placement: ClusterConfig.Placement?
  /// `nil`: as the launcher itself.
  public var scheduling: ClusterConfig.Scheduling?
  /// It starts once these are ready.
  public var dependencies: [Dependency]
  /// What the config says of one of its `processes`; `nil` for all others.
  public var extra: ClusterConfig.ExtraProcess? { extras.first }
  /// None or one: in an array it takes a word, and a plan may have a million workers, which have none.
  private let extras: [ClusterConfig.ExtraProcess]

  public init(
    name: String, role: Role, slots: Range<Int> = 0..<0, program: ClusterConfig.Program,
    environment: [Variable] = [], placement: ClusterConfig.Placement? = nil,
    scheduling: ClusterConfig.Scheduling? = nil, dependencies: [Dependency] = [],
    extra: ClusterConfig.ExtraProcess? = nil
  ) {
    self.name = name
    self.role = role
    self.slots = slots
    self.program = program
    self.environment = environment
    self.placement = placement
    self.scheduling = scheduling
    self.dependencies = dependencies
    extras = extra.map { [$0] } ?? []
  }
}
