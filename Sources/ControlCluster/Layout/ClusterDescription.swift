/// What a cluster is, as every attached process finds it in the shared memory: the config without YAML.
public struct ClusterDescription: Sendable, Equatable {
  public var name: String
  public var robot: RobotDescription
  public var timing: Timing
  public var horizon: Horizon
  public var controllers: Controllers
  public var simulator: Simulator
  /// `nil` on one machine.
  public var hosts: Hosts?

  public struct Timing: Sendable, Equatable {
    /// s
    public var simulationDt: Double
    /// s, a whole multiple of `simulationDt`.
    public var clusterDt: Double
    /// Simulation steps in one cluster step.
    public var stepsPerCluster: Int { Int((clusterDt / simulationDt).rounded()) }
  }

  public struct Horizon: Sendable, Equatable {
    public var nodes: Int
    /// s; the horizon spans `(nodes - 1) * dt`.
    public var dt: Double
  }

  public struct Controllers: Sendable, Equatable {
    /// Those of this memory: all of them at the head, and on another host its share.
    public var count: Int
    public var perProcess: Int
    /// The controllers' joints in their own order: a subset of the robot's.
    public var joints: [String]
    public var parameters: JSONValue
    public var activate: Bool
    public var onFailure: OnFailure
    /// s
    public var startupTimeout: Double
    /// s
    public var solveTimeout: Double
  }

  public struct Simulator: Sendable, Equatable {
    /// Cluster steps; 0 is until stopped.
    public var steps: Int
    public var realtime: Bool
    public var parameters: JSONValue
  }
}

/// What a failed or dead controller's rows hold.
public enum OnFailure: String, Sendable {
  /// What they held; the initial row when the process died in the middle of writing.
  case hold
  /// The initial row: the robot's homing, zero velocity and effort.
  case homing
  /// The last position, everything else initial: the robot stands still where it was last commanded.
  case stop
}

/// The robot, in the column order of every buffer.
public struct RobotDescription: Sendable, Equatable {
  public var name: String
  public var version: String
  public var hasFloatingBase: Bool
  public var joints: [String]
  public var contacts: [String]
  /// kg
  public var mass: Double
  /// Absolute paths.
  public var urdf: String?
  public var srdf: String?
  /// rad or m, one for each joint.
  public var homing: [Double]
  /// One for each joint.
  public var limits: [JointLimits]
  public var parameters: JSONValue
}

/// Limits of one joint; `nil` is unlimited.
public struct JointLimits: Sendable, Equatable {
  /// rad or m
  public var lower: Double?
  public var upper: Double?
  /// rad/s or m/s
  public var velocity: Double?
  /// N·m or N
  public var effort: Double?

  public init(lower: Double? = nil, upper: Double? = nil, velocity: Double? = nil, effort: Double? = nil) {
    self.lower = lower
    self.upper = upper
    self.velocity = velocity
    self.effort = effort
  }
}
