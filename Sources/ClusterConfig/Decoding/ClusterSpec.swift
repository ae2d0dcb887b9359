/// A config as it was written: typed, with places, its dimensions not yet resolved and its rules not yet checked.
/// What is `nil` and has a default could not be read, and has been reported.
struct ClusterSpec {
  var name: Located<String>?
  var robot: RobotSpec?
  var timing: TimingSpec
  var horizon: HorizonSpec
  var controllers: ControllersSpec
  /// But for its scheduling and what it waits for, which rules look at.
  var simulator: ClusterConfig.Simulator
  var simulatorScheduling: SchedulingSpec?
  var simulatorAfter: [Located<String>]
  var serverPlacement: ClusterConfig.Placement
  var serverScheduling: SchedulingSpec?
  var processes: [ProcessSpec]
  var dimensions: [DimensionSpec]
  var buffers: [BufferSpec]
  var archive: [String]
  var logs: ClusterConfig.Logs
  var runs: ClusterConfig.Runs
  var record: RecordSpec?
  var hosts: HostsSpec?
  /// What stands in for the config as a whole.
  var place: Span
}

struct RobotSpec {
  var name: String?
  var version: String
  var base: ClusterConfig.Robot.Base
  var joints: [Located<String>]?
  var contacts: [Located<String>]?
  var mass: Double
  var urdf: String?
  var srdf: String?
  var limits: [LimitSpec]
  /// Joint names with their places, and the values with theirs.
  var homing: [(joint: Located<String>, position: Located<Double>)]
  var parameters: ConfigValue
  var place: Span
}

struct LimitSpec {
  var joint: Located<String>
  var limits: ClusterConfig.JointLimits
  var positionSpan: Span?
}

struct TimingSpec {
  var simulationDt: Located<Double>?
  var clusterDt: Located<Double>?
}

struct HorizonSpec {
  var nodes: Located<Int>?
  var dt: Located<Double>?
}

struct ControllersSpec {
  var count: Int?
  var perProcess: Int
  var program: ClusterConfig.Program
  var threads: Int
  var placement: ClusterConfig.Placement
  var scheduling: SchedulingSpec
  var restart: ClusterConfig.Restart
  var liveness: ClusterConfig.Liveness
  var after: [Located<String>]
  /// `nil`: all of the robot's.
  var joints: [Located<String>]?
  var parameters: ConfigValue
  var activate: Bool
  var onFailure: ClusterConfig.Controllers.OnFailure
  var startupTimeout: Double
  var solveTimeout: Double
}

struct ProcessSpec {
  var name: Located<String>
  var program: ClusterConfig.Program?
  var after: [Located<String>]
  var ready: ClusterConfig.ExtraProcess.Readiness
  var startupTimeout: Double
  /// `nil`: when another one waits for it.
  var required: Bool?
  var on: ClusterConfig.ExtraProcess.Place
  var restart: ClusterConfig.Restart
  var placement: ClusterConfig.Placement
  var scheduling: SchedulingSpec
}

struct SchedulingSpec {
  var policy: Located<ClusterConfig.Scheduling.Policy>?
  var priority: Located<Int>?
  var nice: Int
}

struct DimensionSpec {
  var name: Located<String>
  /// `nil` when it could not be read.
  var extent: ExtentSpec?
}

struct BufferSpec {
  var name: Located<String>
  var isEnabled: Bool
  var writer: Located<ClusterConfig.Buffer.Writer>?
  var per: Located<ClusterConfig.Buffer.Per>?
  var sync: Located<ClusterConfig.Buffer.Sync>?
  var align: Located<Int>?
  /// Whether the key is there at all; without it, that is reported instead of the lack of fields.
  var hasFields: Bool
  var fields: [FieldSpec]
}

struct FieldSpec {
  enum Columns {
    case dimension(String)
    case names([Located<String>])
  }

  enum Initial {
    case homing
    case scalar(Double)
    case list([Located<Double>])
  }

  var name: Located<String>
  var label: String
  var dtype: ClusterConfig.DType?
  var shape: Located<[ExtentSpec]>?
  /// Filled in once the dimensions are known; `nil` while unknown, and when a problem has been reported.
  var extents: [Int]?
  var unit: Located<String>?
  var convention: Located<String>?
  var frame: String
  var columns: Located<Columns>?
  var initial: Located<Initial>?
}
