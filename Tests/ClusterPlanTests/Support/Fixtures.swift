@testable import ClusterConfig
import ClusterPlan
import ControlCluster

extension ClusterConfig {
  /// A legged robot of two joints and one contact, small enough to lay out by hand.
  static func hopper(
    controllers count: Int = 3, perProcess: Int = 1, program: Program = .builtIn("reference"),
    simulator: Program = .builtIn("stub"), placement: Placement = Placement(cores: .all, policy: .spread),
    buffers: [Buffer] = []
  ) -> ClusterConfig {
    ClusterConfig(
      name: "hopper",
      robot: Robot(
        name: "hopper", version: "1.0.0", base: .floating, joints: ["hip", "knee"], contacts: ["foot"], mass: 3.5,
        urdf: "/robots/hopper.urdf", srdf: nil,
        limits: [
          JointLimits(lower: -1, upper: 1.5, velocity: 20, effort: 10),
          JointLimits(lower: nil, upper: nil, velocity: nil, effort: nil),
        ],
        homing: [0.25, -0.5], parameters: .null),
      timing: Timing(simulationDt: 0.002, clusterDt: 0.02, stepsPerCluster: 10),
      horizon: Horizon(nodes: 31, dt: 0.04),
      controllers: Controllers(
        count: count, perProcess: perProcess, program: program, threads: 2, placement: placement,
        scheduling: Scheduling(policy: .other, priority: 0, nice: 0),
        restart: Restart(policy: .onFailure, limit: 5, window: 60, backoff: 0.1), joints: ["hip", "knee"],
        parameters: .mapping([.init(key: "weights", value: .sequence([.integer(1), .number(0.5), .bool(true)]))]),
        activate: true, onFailure: .hold, startupTimeout: 180, solveTimeout: 60),
      simulator: Simulator(program: simulator, steps: 1000, realtime: false, parameters: .mapping([])),
      dimensions: [
        Dimension(name: "joints", value: 2), Dimension(name: "contacts", value: 1), Dimension(name: "nodes", value: 31),
        Dimension(name: "controllers", value: count),
      ],
      buffers: buffers, archive: [], logs: .init(), runs: .init())
  }
}

extension ClusterConfig.ExtraProcess {
  static func make(_ name: String, after: [String] = [], ready: Readiness = .started) -> Self {
    Self(
      name: name, program: .command(arguments: ["/bin/\(name)"], environment: [], directory: nil), after: after,
      ready: ready, startupTimeout: 30, required: true,
      restart: .init(policy: .never, limit: 5, window: 60, backoff: 0.1), placement: .init(), scheduling: .init())
  }
}

extension ClusterConfig.Buffer {
  static func make(
    _ name: String, writer: Writer = .simulator, per: Per = .controller, sync: Sync = .step, align: Int = 64,
    _ fields: ClusterConfig.Field...
  ) -> Self {
    Self(name: name, writer: writer, per: per, sync: sync, align: align, fields: fields)
  }

  /// A buffer of each kind: a state, a command, one row for all, and one that tools may read at any time.
  static let standard: [Self] = [
    .make(
      "robot_state",
      .make("root_orientation", [4], convention: "wxyz", initial: .list([1, 0, 0, 0])),
      .make("joint_position", [2], unit: "rad", columns: ["hip", "knee"], initial: .homing),
      .make("contact_force", [1, 3], unit: "N", columns: ["foot"])),
    .make(
      "commands", writer: .controller, align: 4,
      .make("joint_position", [2], unit: "rad", columns: ["hip", "knee"], initial: .homing)),
    .make("wind", per: .cluster, .make("velocity", [3], dtype: .f64, unit: "m/s")),
    .make("status", writer: .controller, sync: .latest, .make("ok", [], dtype: .bool), .make("cost", [], dtype: .f64)),
  ]
}

extension ClusterConfig.Field {
  static func make(
    _ name: String, _ shape: [Int], dtype: ClusterConfig.DType = .f32, unit: String = "", convention: String = "",
    columns: [String] = [], columnsAxis: Int = 0, initial: Initial = .scalar(0)
  ) -> Self {
    Self(
      name: name, dtype: dtype, shape: shape, unit: unit, convention: convention, frame: "", columns: columns,
      columnsAxis: columnsAxis, initial: initial)
  }
}

extension BufferLayout {
  /// The elements of one field in the initial row.
  func initial<Element: BitwiseCopyable>(_ field: String, as type: Element.Type = Element.self) -> [Element] {
    guard let field = self[field: field] else { return [] }
    return initialRow.withUnsafeBytes { row in
      (0..<field.count).map {
        row.loadUnaligned(fromByteOffset: field.offset + $0 * MemoryLayout<Element>.size, as: type)
      }
    }
  }
}
