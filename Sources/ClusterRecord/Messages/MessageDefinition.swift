/// A message type in `ros2msg`: its fields a line, and behind them the types that it is made of.
struct MessageDefinition {
  /// `package/msg/Type`
  var name: String
  var fields: [String]
  var dependencies: [MessageDefinition] = []

  /// What a schema record holds: https://mcap.dev/spec/registry#ros2msg
  var text: String {
    var text = fields.joined(separator: "\n") + "\n"
    for dependency in allDependencies.dropFirst() {
      text += String(repeating: "=", count: 80)
      text += "\nMSG: \(dependency.shortName)\n" + dependency.fields.joined(separator: "\n") + "\n"
    }
    return text
  }

  /// Without the `msg` in between, as fields name it.
  private var shortName: String { name.replacing("/msg/", with: "/") }

  /// Itself first, and each once.
  private var allDependencies: [MessageDefinition] {
    dependencies.reduce(into: [self]) { known, dependency in
      known += dependency.allDependencies.filter { new in !known.contains { $0.name == new.name } }
    }
  }

  // MARK: Those of ROS 2

  static let time = MessageDefinition(name: "builtin_interfaces/msg/Time", fields: ["int32 sec", "uint32 nanosec"])
  static let header = MessageDefinition(
    name: "std_msgs/msg/Header", fields: ["builtin_interfaces/Time stamp", "string frame_id"], dependencies: [time])
  static let jointState = MessageDefinition(
    name: "sensor_msgs/msg/JointState",
    fields: [
      "std_msgs/Header header", "string[] name", "float64[] position", "float64[] velocity", "float64[] effort",
    ], dependencies: [header])
  static let pose = MessageDefinition(
    name: "geometry_msgs/msg/PoseStamped", fields: ["std_msgs/Header header", "geometry_msgs/Pose pose"],
    dependencies: [
      header,
      MessageDefinition(
        name: "geometry_msgs/msg/Pose",
        fields: ["geometry_msgs/Point position", "geometry_msgs/Quaternion orientation"],
        dependencies: [
          MessageDefinition(name: "geometry_msgs/msg/Point", fields: ["float64 x", "float64 y", "float64 z"]),
          MessageDefinition(
            name: "geometry_msgs/msg/Quaternion", fields: ["float64 x", "float64 y", "float64 z", "float64 w"]),
        ]),
    ])
  static let twist = MessageDefinition(
    name: "geometry_msgs/msg/TwistStamped", fields: ["std_msgs/Header header", "geometry_msgs/Twist twist"],
    dependencies: [
      header,
      MessageDefinition(
        name: "geometry_msgs/msg/Twist", fields: ["geometry_msgs/Vector3 linear", "geometry_msgs/Vector3 angular"],
        dependencies: [vector]),
    ])
  static let wrench = MessageDefinition(
    name: "geometry_msgs/msg/WrenchStamped", fields: ["std_msgs/Header header", "geometry_msgs/Wrench wrench"],
    dependencies: [
      header,
      MessageDefinition(
        name: "geometry_msgs/msg/Wrench", fields: ["geometry_msgs/Vector3 force", "geometry_msgs/Vector3 torque"],
        dependencies: [vector]),
    ])
  private static let vector = MessageDefinition(
    name: "geometry_msgs/msg/Vector3", fields: ["float64 x", "float64 y", "float64 z"])
}
