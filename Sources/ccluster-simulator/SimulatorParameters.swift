import BuiltInPrograms
import ControlCluster

/// What `simulator.parameters` says to the stub simulator, as `BuiltInProgram.stub` declares it.
struct SimulatorParameters: Equatable {
  /// One for each of the robot's joints.
  var joints: [JointModel]
  /// rad or m
  var perturbation: Double
  var seed: UInt64
  /// m
  var standingHeight: Double
  /// rad or m; `nil` accepts any error.
  var tolerance: Double?
  var reportsJSON: Bool

  /// - Parameter environment: looks a variable up.
  /// - Throws: `parameter`, for a key that is not known or a value that makes no sense.
  init(_ cluster: ClusterDescription, environment: (String) -> String? = System.environment) throws(ClusterError) {
    let robot = cluster.robot
    let reader = try ParameterReader(
      cluster.simulator.parameters, path: "simulator.parameters", declared: BuiltInProgram.stub.parameters)
    let stiffness = try reader.numbers("stiffness", of: robot.joints)
    let damping = try reader.numbers("damping", of: robot.joints)
    let inertia = try reader.numbers("inertia", of: robot.joints)
    joints = robot.joints.indices.map { index in
      let limits = robot.limits[index]
      var joint = JointModel(
        name: robot.joints[index], homing: robot.homing[index], lower: limits.lower ?? -.infinity,
        upper: limits.upper ?? .infinity, velocityLimit: limits.velocity ?? .infinity,
        effortLimit: limits.effort ?? .infinity)
      joint.stiffness = stiffness[index]
      joint.damping = damping[index]
      joint.inertia = inertia[index]
      return joint
    }
    perturbation = try reader.decided("perturbation")
    seed = UInt64(try reader.count("seed") ?? 0)
    standingHeight = try reader.decided("standing_height")
    tolerance = try reader.number("tolerance")
    let format = try reader.choice("report")
    switch environment("CCLUSTER_REPORT") {
    case nil, "": reportsJSON = format == "json"
    case "json": reportsJSON = true
    case "text": reportsJSON = false
    case let other: throw .environment(name: "CCLUSTER_REPORT", value: other)
    }
  }
}
