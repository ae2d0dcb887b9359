@testable import ControlCluster

/// A small cluster of every kind of buffer, with a robot of four joints.
///
/// What its controllers do stands in `robot_state.order`; `Tests/Support/TestWorker` carries it out.
struct TestBlueprint {
  static let joints = ["hip", "thigh", "calf", "toe"]
  static let homing = [0.25, 0.5, -0.75, 1.0]
  /// Words of the checksummed `latest` rows: as many as take a while to copy.
  static let telemetryWords = 512

  var name = UniqueName.next()
  var controllers = 1
  var perProcess = 1
  var controllerJoints = Self.joints
  var activate = true
  var onFailure = OnFailure.hold
  var startupTimeout = 20.0
  var solveTimeout = 20.0
  /// Bytes between `bulk.first` and `bulk.last`, which makes a row of many pages; 0 leaves the buffer out.
  var bulk = 0
  /// Elements of `stimulus` and `response`, whose rows hold their step (`NumberedRow`); 0 leaves both out.
  var numbered = 0
  /// As the description says them; `nil`: one machine.
  var hosts: JSONValue?

  func make() -> ClusterBlueprint {
    ClusterBlueprint(
      name: name, slots: controllers, perProcess: perProcess, buffers: buffers(), description: description.compact,
      config: "name: \(name)\n")
  }

  var description: JSONValue {
    guard case .object(let members) = described, let hosts else { return described }
    return .object(members + [JSONValue.Member(key: "hosts", value: hosts)])
  }

  private var described: JSONValue {
    [
      "name": .string(name),
      "robot": [
        "name": "leg", "version": "1.0.0", "base": "floating", "joints": strings(Self.joints), "contacts": ["foot"],
        "mass": 15.0, "homing": .array(Self.homing.map(JSONValue.number)),
        "limits": .array(Self.joints.map { _ in ["lower": -1.5, "upper": 1.5, "effort": 20.0] }), "parameters": [:],
      ],
      "timing": ["simulation_dt": 0.002, "cluster_dt": 0.02],
      "horizon": ["nodes": 3, "dt": 0.04],
      "controllers": [
        "count": .integer(controllers), "per_process": .integer(perProcess), "joints": strings(controllerJoints),
        "parameters": ["gain": 2.0], "activate": .bool(activate), "on_failure": .string(onFailure.rawValue),
        "startup_timeout": .number(startupTimeout), "solve_timeout": .number(solveTimeout),
      ],
      "simulator": ["steps": 0, "realtime": false, "parameters": [:]],
    ]
  }

  private func strings(_ strings: [String]) -> JSONValue { .array(strings.map(JSONValue.string)) }

  private func buffers() -> [BufferLayout] {
    var state = TestBuffer("robot_state", .simulator, rows: controllers)
    state.add("order", .i32)
    state.add("argument", .f64)
    state.add("root_orientation", .f32, [4], convention: "xyzw")
    state.add("joint_position", .f32, [Self.joints.count], columns: Self.joints)

    var commands = TestBuffer("rhc_commands", .controller, rows: controllers)
    commands.add("number", .f64)
    commands.add("root_orientation", .f32, [4], convention: "xyzw", initial: [0, 0, 0, 1])
    commands.add(
      "joint_position", .f32, [Self.joints.count], columns: Self.joints, initial: Self.homing, isHoming: true)
    commands.add("joint_velocity", .f32, [Self.joints.count], columns: Self.joints)
    commands.add("allocated", .i64)
    commands.add("kept", .i64)
    commands.add("system_calls", .i64)

    var telemetry = TestBuffer("telemetry", .controller, sync: .latest, rows: controllers)
    telemetry.add("words", .u64, [Self.telemetryWords])

    var goal = TestBuffer("goal", .tool, sync: .latest, rows: controllers)
    goal.add("words", .u64, [Self.telemetryWords])

    var clock = TestBuffer("clock", .simulator, per: .cluster, rows: 1)
    clock.add("time", .f64)

    var profiling = TestBuffer("profiling", .controller, rows: controllers)
    profiling.add("solve_time", .f64)
    profiling.add("registration_time", .f64)

    var all = [state, commands, telemetry, goal, clock, profiling]
    if numbered > 0 {
      var stimulus = TestBuffer("stimulus", .simulator, rows: controllers)
      var response = TestBuffer("response", .controller, rows: controllers)
      stimulus.add("numbers", .f64, [numbered])
      response.add("numbers", .f64, [numbered])
      all += [stimulus, response]
    }
    if bulk > 0 {
      var buffer = TestBuffer("bulk", .controller, rows: controllers)
      buffer.add("first", .f64)
      buffer.add("bytes", .u8, [bulk])
      buffer.add("last", .f64)
      all.append(buffer)
    }
    return all.map(\.layout)
  }
}

/// Places fields one behind the other, as the plan does.
struct TestBuffer {
  private(set) var layout: BufferLayout

  init(_ name: String, _ writer: Writer, per: RowOwner = .controller, sync: SyncMode = .step, rows: Int) {
    layout = BufferLayout(
      name: name, writer: writer, per: per, sync: sync, align: 64, rows: rows, rowStride: 0, rowSize: 0, fields: [],
      initialRow: [])
  }

  mutating func add(
    _ name: String, _ type: ElementType, _ shape: [Int] = [1], convention: String = "", columns: [String] = [],
    initial: [Double] = [], isHoming: Bool = false
  ) {
    let field = FieldLayout(
      name: name, elementType: type, shape: shape, offset: layout.rowSize.roundedUp(to: type.size),
      convention: convention, columns: columns, initialIsHoming: isHoming)
    layout.fields.append(field)
    layout.rowSize = field.offset + field.size
    layout.rowStride = layout.rowSize.roundedUp(to: 64)
    layout.initialRow += [UInt8](repeating: 0, count: layout.rowStride - layout.initialRow.count)
    layout.initialRow.withUnsafeMutableBytes { row in
      for (index, value) in initial.enumerated() {
        ElementCodec.store(value, row.baseAddress! + field.offset + index * type.size, type)
      }
    }
  }
}
