import ControlCluster

/// The standard buffers at the size of a Go2 (12 joints, 4 contacts, 31 nodes), built by hand: the bench needs no YAML.
enum BenchBuffers {
  static let joints = ["FL", "FR", "RL", "RR"].flatMap { leg in ["hip", "thigh", "calf"].map { "\(leg)_\($0)_joint" } }
  static let contacts = ["FL_foot", "FR_foot", "RL_foot", "RR_foot"]
  static let nodes = 31

  static let base: [Field] = [
    Field("root_position", 3), Field("root_orientation", 4), Field("root_linear_velocity", 3),
    Field("root_angular_velocity", 3),
  ]
  static let impedance: [Field] = [
    Field("joint_position", joints.count), Field("joint_velocity", joints.count),
    Field("joint_acceleration", joints.count), Field("joint_effort", joints.count),
    Field("contact_force", contacts.count * 3),
  ]
  static let motion = Array(impedance.prefix(2))
  static let status: [Field] = [
    Field("cost"), Field("constraint_violation"), Field("iterations", type: .i32), Field("node_cost", nodes),
    Field("node_constraint_violation", nodes), Field("fail_index"),
  ]
  static let profiling: [Field] = [Field("solve_time", type: .f64), Field("registration_time", type: .f64)]

  struct Field {
    let name: String
    let count: Int
    let type: ElementType

    init(_ name: String, _ count: Int = 1, type: ElementType = .f32) {
      self.name = name
      self.count = count
      self.type = type
    }
  }

  static func all(rows: Int) -> [BufferLayout] {
    [
      buffer("robot_state", .simulator, rows, base + impedance),
      buffer("rhc_commands", .controller, rows, impedance),
      buffer("rhc_prediction", .controller, rows, base + motion),
      buffer("rhc_references", .simulator, rows, base + motion),
      buffer("rhc_status", .controller, rows, status),
      buffer("profiling", .controller, rows, profiling),
    ]
  }

  private static func buffer(_ name: String, _ writer: Writer, _ rows: Int, _ fields: [Field]) -> BufferLayout {
    var layouts: [FieldLayout] = []
    var end = 0
    for field in fields {
      let offset = end.roundedUp(to: field.type.size)
      let layout = FieldLayout(name: field.name, elementType: field.type, shape: [field.count], offset: offset)
      layouts.append(layout)
      end = offset + layout.size
    }
    let stride = end.roundedUp(to: 64)
    return BufferLayout(
      name: name, writer: writer, per: .controller, sync: .step, align: 64, rows: rows, rowStride: stride, rowSize: end,
      fields: layouts, initialRow: [UInt8](repeating: 0, count: stride))
  }
}
