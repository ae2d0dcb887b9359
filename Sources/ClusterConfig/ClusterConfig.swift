/// A validated cluster.yaml, with every default filled in and every dimension resolved.
public struct ClusterConfig: Sendable, Equatable {
  /// The cluster's name, also the default namespace of its shared memory.
  public var name: String
  public var robot: Robot
  public var timing: Timing
  public var horizon: Horizon
  public var controllers: Controllers
  public var simulator: Simulator
  public var server = Server()
  /// In the order of the file.
  public var processes: [ExtraProcess] = []
  /// Built-in dimensions first (`joints`, `contacts`, `nodes`, `controllers`), then the user's in the order of the file.
  public var dimensions: [Dimension]
  public var buffers: [Buffer]
  /// Absolute paths of files and directories that every run directory keeps a copy of.
  public var archive: [String]
  public var logs: Logs
  public var runs: Runs
  /// `nil`: nothing.
  public var record: Recording?
  /// `nil`: all on this machine.
  public var hosts: Hosts?

  public struct Dimension: Sendable, Equatable {
    public var name: String
    public var value: Int
  }

  public struct Robot: Sendable, Equatable {
    public enum Base: String, Sendable, CaseIterable { case floating, fixed }
    public var name: String
    public var version: String
    public var base: Base
    /// Their order is the column order everywhere.
    public var joints: [String]
    public var contacts: [String]
    /// kg
    public var mass: Double
    /// Absolute paths, resolved relative to the file that names them.
    public var urdf: String?
    public var srdf: String?
    /// One entry for each joint, in the order of `joints`.
    public var limits: [JointLimits]
    /// rad or m, in the order of `joints`.
    public var homing: [Double]
    public var parameters: ConfigValue
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

    package init(lower: Double? = nil, upper: Double? = nil, velocity: Double? = nil, effort: Double? = nil) {
      self.lower = lower
      self.upper = upper
      self.velocity = velocity
      self.effort = effort
    }
  }

  public struct Timing: Sendable, Equatable {
    /// s
    public var simulationDt: Double
    /// s, a whole multiple of `simulationDt`
    public var clusterDt: Double
    /// `clusterDt / simulationDt`
    public var stepsPerCluster: Int
  }

  public struct Horizon: Sendable, Equatable {
    /// The horizon spans `(nodes - 1) * dt` seconds.
    public var nodes: Int
    /// s
    public var dt: Double
  }

  /// What a process runs.
  public enum Program: Sendable, Equatable {
    case builtIn(String)
    /// `executable` is `arguments[0]`; a path with a slash is already resolved relative to the file that names it.
    case command(arguments: [String], environment: [EnvironmentVariable], directory: String?)
    /// Started by hand; attaches and detaches freely (simulator only).
    case external
  }

  public struct EnvironmentVariable: Sendable, Equatable {
    public var name: String
    public var value: String
  }

  public struct Controllers: Sendable, Equatable {
    public enum OnFailure: String, Sendable, CaseIterable { case hold, homing, stop }
    public var count: Int
    public var perProcess: Int
    public var program: Program
    public var threads: Int
    public var placement: Placement
    public var scheduling: Scheduling
    public var restart: Restart
    public var liveness = Liveness()
    /// What else must be ready before they start.
    public var after: [String] = []
    /// A subset of the robot's joints in the controller's own order; all of them by default.
    public var joints: [String]
    public var parameters: ConfigValue
    public var activate: Bool
    public var onFailure: OnFailure
    /// s
    public var startupTimeout: Double
    /// s
    public var solveTimeout: Double
  }

  public struct Placement: Sendable, Equatable {
    public enum Cores: Sendable, Equatable { case all, isolated, list([Int]) }
    public enum Policy: String, Sendable, CaseIterable { case spread, pin, none }
    public var cores: Cores
    public var policy: Policy

    package init(cores: Cores = .all, policy: Policy = .spread) {
      self.cores = cores
      self.policy = policy
    }
  }

  public struct Scheduling: Sendable, Equatable {
    public enum Policy: String, Sendable, CaseIterable { case other, batch, fifo, rr }
    public var policy: Policy
    public var priority: Int
    public var nice: Int

    package init(policy: Policy = .other, priority: Int = 0, nice: Int = 0) {
      self.policy = policy
      self.priority = priority
      self.nice = nice
    }

    /// Whether the kernel lets its processes run until they sleep; their memory is locked then.
    public var isRealTime: Bool { policy == .fifo || policy == .rr }
  }

  public struct Restart: Sendable, Equatable {
    public enum Policy: String, Sendable, CaseIterable {
      case never
      case onFailure = "on-failure"
      case always
    }
    public var policy: Policy
    /// Restarts within `window` after which the run ends.
    public var limit: Int
    /// s
    public var window: Double
    /// s
    public var backoff: Double
  }

  public struct Simulator: Sendable, Equatable {
    public var program: Program
    /// Cluster steps after which the built-in simulator ends; 0 runs until stopped.
    public var steps: Int
    public var realtime: Bool
    public var parameters: ConfigValue
    /// What else must be ready before it starts.
    public var after: [String] = []
    /// Of one that the launcher starts.
    public var placement = Placement()
    public var scheduling = Scheduling()
  }

  public struct Server: Sendable, Equatable {
    public var placement = Placement()
    public var scheduling = Scheduling()
  }

  /// What a run directory keeps of the output of each process.
  public struct Logs: Sendable, Equatable {
    /// Bytes of one file.
    public var size: Int
    /// Full files beside the one that is being written.
    public var keep: Int

    public init(size: Int = 10_000_000, keep: Int = 3) { (self.size, self.keep) = (size, keep) }
  }

  /// Which directories of earlier runs stay.
  public struct Runs: Sendable, Equatable {
    /// At most this many of one name, the new one included.
    public var keep: Int
    /// s; older ones go.
    public var age: Double

    public init(keep: Int = 50, age: Double = 720 * 3600) { (self.keep, self.age) = (keep, age) }
  }

  public struct Buffer: Sendable, Equatable {
    public enum Writer: String, Sendable, CaseIterable { case simulator, controller, server, tool }
    public enum Per: String, Sendable, CaseIterable { case controller, cluster }
    public enum Sync: String, Sendable, CaseIterable { case step, latest }
    public var name: String
    public var writer: Writer
    public var per: Per
    public var sync: Sync
    /// Bytes, a power of two.
    public var align: Int
    public var fields: [Field]
  }

  public enum DType: String, Sendable, CaseIterable {
    case bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, char

    /// Bytes of one element, which is also its alignment.
    public var size: Int {
      switch self {
      case .bool, .i8, .u8, .char: 1
      case .i16, .u16: 2
      case .i32, .u32, .f32: 4
      case .i64, .u64, .f64: 8
      }
    }
  }

  public struct Field: Sendable, Equatable {
    public enum Initial: Sendable, Equatable {
      /// Every element holds this number.
      case scalar(Double)
      /// One number for each element, row-major.
      case list([Double])
      /// The robot's homing, along the axis that spans the joints.
      case homing
    }
    public var name: String
    public var dtype: DType
    /// Resolved extents, outermost first; empty for a scalar.
    public var shape: [Int]
    public var unit: String
    /// `wxyz`, `xyzw`, or empty.
    public var convention: String
    public var frame: String
    /// Names along `columnsAxis`; empty when the columns have none.
    public var columns: [String]
    public var columnsAxis: Int
    public var initial: Initial
  }
}
