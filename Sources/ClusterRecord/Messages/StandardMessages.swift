import ControlCluster

/// Which of ROS 2's own messages the rows of the standard buffers can be had as. What a field means is what the config says of
/// it: one that says something else, or nothing where ROS has to know, is left out.
struct StandardMessages {
  private let buffers: [BufferLayout]
  private let controller: Int
  /// In the whole cluster.
  private let number: Int

  /// - Parameters:
  ///   - buffers: those that are recorded.
  ///   - controllers: by their numbers in the whole cluster.
  ///   - first: that of the first row.
  static func all(of buffers: [BufferLayout], controllers: [Int], first: Int) -> [StandardMessage] {
    controllers.flatMap { number in
      let messages = StandardMessages(buffers: buffers, controller: number - first, number: number)
      let parts: [[StandardMessage]] = [
        messages.joints("robot_state", "joint_states"), messages.joints("rhc_commands", "joint_commands"),
        messages.pose("robot_state"), messages.twist("robot_state"),
        messages.wrenches("robot_state", "contacts"), messages.wrenches("rhc_commands", "contact_commands"),
      ]
      return Array(parts.joined())
    }
  }

  private func find(_ name: String) -> (index: Int, buffer: BufferLayout)? {
    guard let index = buffers.firstIndex(where: { $0.name == name }), buffers[index].per == .controller else {
      return nil
    }
    return (index, buffers[index])
  }

  /// A field of numbers in one of these units, or in none.
  private static func field(_ buffer: BufferLayout, _ name: String, shape: [Int]? = nil, units: [String])
    -> FieldLayout?
  {
    guard let field = buffer[field: name], [.f32, .f64].contains(field.elementType), field.count > 0,
      shape == nil || field.shape == shape, units.contains(field.unit) || field.unit.isEmpty
    else { return nil }
    return field
  }

  private func topic(_ name: String) -> String { "/robot_\(number)/\(name)" }

  // MARK: Joints

  private func joints(_ name: String, _ channel: String) -> [StandardMessage] {
    guard let (index, buffer) = find(name) else { return [] }
    let units = [
      ("joint_position", ["rad", "m"]), ("joint_velocity", ["rad/s", "m/s"]), ("joint_effort", ["N*m", "N"]),
    ]
    var fields = units.map { Self.field(buffer, $0.0, units: $0.1) }.map {
      // One name for each number.
      $0.flatMap { $0.shape == [$0.columns.count] ? $0 : nil }
    }
    guard let names = fields.compactMap({ $0 }).first?.columns else { return [] }
    fields = fields.map { $0?.columns == names ? $0 : nil }
    return [
      StandardMessage(topic: topic(channel), .jointState, frame: "", buffer: index, row: controller) {
        message, number in
        message.append(sequence: names) { message.append($0) }
        for field in fields {
          message.append(UInt32(field?.count ?? 0))
          if let field { for element in 0..<field.count { number(field, element) } }
        }
      }
    ]
  }

  // MARK: The base

  private func pose(_ name: String) -> [StandardMessage] {
    guard let (index, buffer) = find(name),
      let position = Self.field(buffer, "root_position", shape: [3], units: ["m"]),
      let orientation = Self.field(buffer, "root_orientation", shape: [4], units: ["1"]),
      position.frame == orientation.frame
    else { return [] }
    // x, y, z, w in ROS.
    let order: [Int]
    switch orientation.convention {
    case "wxyz": order = [1, 2, 3, 0]
    case "xyzw": order = [0, 1, 2, 3]
    default: return []
    }
    return [
      StandardMessage(topic: topic("pose"), .pose, frame: position.frame, buffer: index, row: controller) {
        _, number in
        for element in 0..<3 { number(position, element) }
        for element in order { number(orientation, element) }
      }
    ]
  }

  private func twist(_ name: String) -> [StandardMessage] {
    guard let (index, buffer) = find(name),
      let linear = Self.field(buffer, "root_linear_velocity", shape: [3], units: ["m/s"]),
      let angular = Self.field(buffer, "root_angular_velocity", shape: [3], units: ["rad/s"]),
      linear.frame == angular.frame
    else { return [] }
    return [
      StandardMessage(topic: topic("twist"), .twist, frame: linear.frame, buffer: index, row: controller) {
        _, number in
        for field in [linear, angular] { for element in 0..<3 { number(field, element) } }
      }
    ]
  }

  // MARK: Contacts

  private func wrenches(_ name: String, _ channel: String) -> [StandardMessage] {
    guard let (index, buffer) = find(name), let force = Self.field(buffer, "contact_force", units: ["N"]),
      !force.columns.isEmpty, force.shape == [force.columns.count, 3], force.columnsAxis == 0
    else { return [] }
    var names = MessageNames()
    return force.columns.enumerated().map { contact, name in
      StandardMessage(
        topic: topic("\(channel)/\(names.topic(name))"), .wrench, frame: force.frame, buffer: index, row: controller
      ) { message, number in
        for axis in 0..<3 { number(force, 3 * contact + axis) }
        for _ in 0..<3 { message.append(0.0) }
      }
    }
  }
}
