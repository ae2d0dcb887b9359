import ControlCluster

/// The robots' rows in the shared memory: `robot_state` and `rhc_references` to write, `rhc_commands` to read, each field
/// only where the config declares it.
struct RobotRows {
  private let client: ControlClusterClient
  private let position: FieldColumn?
  private let velocity: FieldColumn?
  private let acceleration: FieldColumn?
  private let effort: FieldColumn?
  private var positionCommand: FieldColumn
  private var velocityCommand: FieldColumn?
  private var effortCommand: FieldColumn?

  /// - Throws: `failed` when there is no commanded position, or a field has another size than the robots need;
  ///   `notWritable` when `robot_state` is not the simulator's.
  init(_ client: ControlClusterClient) throws(ClusterError) {
    self.client = client
    if let buffer = client.segment.layout[buffer: "robot_state"], buffer.writer != .simulator {
      throw .notWritable(buffer: buffer.name, writer: buffer.writer.name)
    }
    let robots = client.cluster.controllers.count
    let joints = client.cluster.robot.joints.count
    func field(_ buffer: String, _ name: String) throws(ClusterError) -> FieldColumn? {
      try FieldColumn(client, buffer, name, rows: robots, columns: joints)
    }
    position = try field("robot_state", "joint_position")
    velocity = try field("robot_state", "joint_velocity")
    acceleration = try field("robot_state", "joint_acceleration")
    effort = try field("robot_state", "joint_effort")
    guard let commanded = try field("rhc_commands", "joint_position") else {
      throw .failed("the stub simulator needs the field rhc_commands.joint_position, which the config does not declare")
    }
    positionCommand = commanded
    velocityCommand = try field("rhc_commands", "joint_velocity")
    effortCommand = try field("rhc_commands", "joint_effort")
  }

  func writeState(_ robots: RobotDynamics) {
    position?.write(robots.position)
    velocity?.write(robots.velocity)
    acceleration?.write(robots.acceleration)
    effort?.write(robots.effort)
  }

  /// A failed or dead controller's row holds what `on_failure` says, and is followed like any other.
  mutating func readCommands(_ robots: RobotDynamics) throws(ClusterError) {
    try positionCommand.read(into: robots.positionCommand)
    try velocityCommand?.read(into: robots.velocityCommand)
    try effortCommand?.read(into: robots.effortCommand)
  }

  /// The base at its standing height (a fixed one at the origin), level and at rest; the weight on the contacts; and, where
  /// they are the simulator's to write, references that say: stand there, at homing, on all contacts.
  func writeConstants(standingHeight: Double) throws(ClusterError) {
    let robot = client.cluster.robot
    let root = [0, 0, robot.hasFloatingBase ? standingHeight : 0]
    let force = Standing.verticalForce(
      mass: robot.mass, contacts: robot.contacts.count, hasFloatingBase: robot.hasFloatingBase)
    let forces = robot.contacts.flatMap { _ -> [Double] in [0, 0, force] }
    for buffer in ["robot_state", "rhc_references"] {
      try writeConstant(buffer, "root_position", root)
      try writeConstant(buffer, "root_orientation", [1, 0, 0, 0])
      try writeConstant(buffer, "root_linear_velocity", [0, 0, 0])
      try writeConstant(buffer, "root_angular_velocity", [0, 0, 0])
    }
    try writeConstant("robot_state", "contact_force", forces)
    try writeConstant("rhc_references", "joint_position", robot.homing)
    try writeConstant("rhc_references", "joint_velocity", robot.joints.map { _ in 0 })
    try writeContacts()
  }

  /// - Parameter values: of one row; an orientation as w, x, y, z.
  private func writeConstant(_ buffer: String, _ field: String, _ values: [Double]) throws(ClusterError) {
    guard client.segment.layout[buffer: buffer]?.writer == .simulator else { return }
    let robots = client.cluster.controllers.count
    guard let column = try FieldColumn(client, buffer, field, rows: robots, columns: values.count) else { return }
    column.write(row: column.convention == "xyzw" ? Array(values[1...]) + values[..<1] : values)
  }

  private func writeContacts() throws(ClusterError) {
    let buffer = client.segment.layout[buffer: "rhc_references"]
    guard let field = buffer?[field: "contact"], buffer?.writer == .simulator, field.elementType == .bool else {
      return
    }
    let contact = try client.columns("rhc_references", "contact", as: UInt8.self)
    for row in 0..<contact.rows {
      for column in 0..<contact.columns { contact[row, column] = 1 }
    }
  }
}
