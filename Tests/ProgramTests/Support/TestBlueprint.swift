import ControlCluster

/// A cluster to run the programs in, without YAML: the standard buffers of `configs/presets/rhc.yaml`, for a robot of two
/// legs by default. Tests change what they are about.
struct TestBlueprint {
  var joints = ["hip_l", "knee_l", "hip_r", "knee_r"]
  var contacts = ["foot_l", "foot_r"]
  var homing = [0.1, 0.6, -0.1, 0.6]
  var base = "floating"
  var count = 2
  var perProcess = 2
  /// `nil`: the robot's.
  var controllerJoints: [String]?
  var nodes = 11
  var steps = 100
  var realtime = false
  var solveTimeout = 10.0
  var onFailure = "hold"
  var controllerParameters: JSONValue = .object([])
  var simulatorParameters: JSONValue = .object([])
  /// Element type of all fields that are f32 by default.
  var floatingPoint = ElementType.f32
  var quaternions = "wxyz"
  /// `buffer.field`, or a buffer's name.
  var dropped: Set<String> = []

  private struct Field {
    var name: String
    var shape: [Int]
    var type: ElementType
    var columns: [String] = []
    var columnsAxis = 0
    var convention = ""
    var initial: [Double] = []
  }

  func blueprint(named name: String) -> ClusterBlueprint {
    let (j, c) = (joints.count, contacts.count)
    func field(_ name: String, _ shape: [Int], _ type: ElementType? = nil) -> Field {
      Field(name: name, shape: shape, type: type ?? floatingPoint)
    }
    func joint(_ name: String, over nodes: Int? = nil, homing isHoming: Bool = false) -> Field {
      Field(
        name: name, shape: (nodes.map { [$0] } ?? []) + [j], type: floatingPoint, columns: joints,
        columnsAxis: nodes == nil ? 0 : 1, initial: isHoming ? homing : [])
    }
    let root = [
      field("root_position", [3]),
      Field(
        name: "root_orientation", shape: [4], type: floatingPoint, convention: quaternions,
        initial: quaternions == "xyzw" ? [0, 0, 0, 1] : [1, 0, 0, 0]),
      field("root_linear_velocity", [3]), field("root_angular_velocity", [3]),
    ]
    let motion = [joint("joint_position", homing: true), joint("joint_velocity")]
    let action = [joint("joint_acceleration"), joint("joint_effort"), field("contact_force", [c, 3])]
    let touching = Field(
      name: "contact", shape: [c], type: .bool, columns: contacts, initial: contacts.map { _ in 1 })
    let buffers: [(String, Writer, [Field])] = [
      ("robot_state", .simulator, root + motion + action),
      ("rhc_commands", .controller, motion + action),
      ("rhc_prediction", .controller, root + motion),
      ("rhc_references", .simulator, root + motion + [touching]),
      (
        "rhc_status", .controller,
        [
          field("cost", []), field("constraint_violation", []), field("iterations", [], .i32),
          field("node_cost", [nodes]), field("node_constraint_violation", [nodes]), field("fail_index", []),
        ]
      ),
      (
        "rhc_internal", .controller,
        [
          joint("joint_position", over: nodes), joint("joint_velocity", over: nodes),
          joint("joint_acceleration", over: nodes), field("contact_force", [nodes, c, 3]),
        ]
      ),
    ]
    return ClusterBlueprint(
      name: name, slots: count, perProcess: perProcess, buffers: buffers.filter { !dropped.contains($0.0) }.map(layout),
      description: description(name).compact, config: "")
  }

  /// Fields one behind the other, at their natural alignment.
  private func layout(_ name: String, _ writer: Writer, _ fields: [Field]) -> BufferLayout {
    var end = 0
    var layouts: [FieldLayout] = []
    var values: [(offset: Int, type: ElementType, initial: [Double])] = []
    for field in fields where !dropped.contains("\(name).\(field.name)") {
      let offset = end.roundedUp(to: field.type.size)
      let layout = FieldLayout(
        name: field.name, elementType: field.type, shape: field.shape, offset: offset, convention: field.convention,
        columns: field.columns, columnsAxis: field.columnsAxis, initialIsHoming: field.initial == homing)
      layouts.append(layout)
      values.append((offset, field.type, field.initial))
      end = offset + layout.size
    }
    let stride = end.roundedUp(to: 64)
    var row = [UInt8](repeating: 0, count: stride)
    row.withUnsafeMutableBytes { bytes in
      for (offset, type, initial) in values {
        for (index, value) in initial.enumerated() {
          let place = offset + index * type.size
          switch type {
          case .f64: bytes.storeBytes(of: value, toByteOffset: place, as: Double.self)
          case .f32: bytes.storeBytes(of: Float(value), toByteOffset: place, as: Float.self)
          default: bytes.storeBytes(of: UInt8(value), toByteOffset: place, as: UInt8.self)
          }
        }
      }
    }
    return BufferLayout(
      name: name, writer: writer, per: .controller, sync: .step, align: 64, rows: count, rowStride: stride,
      rowSize: end,
      fields: layouts, initialRow: row)
  }

  private func description(_ name: String) -> JSONValue {
    let limits: [JSONValue] = joints.map { _ in
      ["lower": -1.5, "upper": 1.5, "velocity": 8.0, "effort": 40.0]
    }
    return [
      "name": .string(name),
      "robot": [
        "name": "biped", "version": "1", "base": .string(base), "joints": strings(joints),
        "contacts": strings(contacts), "mass": 12.0, "homing": .array(homing.map { .number($0) }),
        "limits": .array(limits), "parameters": .null,
      ],
      "timing": ["simulation_dt": 0.002, "cluster_dt": 0.02],
      "horizon": ["nodes": .integer(nodes), "dt": 0.04],
      "controllers": [
        "count": .integer(count), "per_process": .integer(perProcess), "joints": strings(controllerJoints ?? joints),
        "parameters": controllerParameters, "activate": true, "on_failure": .string(onFailure),
        "startup_timeout": 20.0, "solve_timeout": .number(solveTimeout),
      ],
      "simulator": [
        "steps": .integer(steps), "realtime": .bool(realtime), "parameters": simulatorParameters,
      ],
    ]
  }

  private func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}
