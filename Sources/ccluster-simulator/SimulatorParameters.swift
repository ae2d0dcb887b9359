import ControlCluster

/// What `simulator.parameters` may say to the stub simulator. All of it is optional.
///
/// ```yaml
/// parameters:
///   stiffness: 100.0              # N·m/rad or N/m; also by joint: {FL_hip_joint: 60.0}
///   damping: 10.0                 # N·m·s/rad or N·s/m; likewise
///   inertia: 0.1                  # kg·m² or kg; likewise
///   perturbation: 0.1             # rad or m: how far from homing the joints start, at most
///   seed: 0
///   standing_height: 0.5          # m, of a floating base
///   tolerance: 0.01               # rad or m: exit status 3 when a joint ends further from homing
///   report: json                  # text | json; CCLUSTER_REPORT in the environment has the last word
/// ```
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
      cluster.simulator.parameters, path: "simulator.parameters",
      keys: [
        "stiffness", "damping", "inertia", "perturbation", "seed", "standing_height", "tolerance", "report",
      ])
    let stiffness = try reader.numbers("stiffness", for: robot.joints)
    let damping = try reader.numbers("damping", for: robot.joints)
    let inertia = try reader.numbers("inertia", for: robot.joints)
    joints = robot.joints.indices.map { index in
      let limits = robot.limits[index]
      var joint = JointModel(
        name: robot.joints[index], homing: robot.homing[index], lower: limits.lower ?? -.infinity,
        upper: limits.upper ?? .infinity, velocityLimit: limits.velocity ?? .infinity,
        effortLimit: limits.effort ?? .infinity)
      joint.stiffness = stiffness[index] ?? joint.stiffness
      joint.damping = damping[index] ?? joint.damping
      joint.inertia = inertia[index] ?? joint.inertia
      return joint
    }
    perturbation = try reader.number("perturbation", .notNegative) ?? 0.1
    seed = UInt64(try reader.count("seed") ?? 0)
    standingHeight = try reader.number("standing_height", .any) ?? 0.5
    tolerance = try reader.number("tolerance", .notNegative)
    let format = try reader.choice("report", of: ["text", "json"])
    switch environment("CCLUSTER_REPORT") {
    case nil, "": reportsJSON = format == "json"
    case "json": reportsJSON = true
    case "text": reportsJSON = false
    case let other: throw .environment(name: "CCLUSTER_REPORT", value: other)
    }
  }
}
