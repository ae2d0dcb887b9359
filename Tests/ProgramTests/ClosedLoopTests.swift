import Testing

@testable import ccluster_controller
@testable import ccluster_simulator

/// The two programs' mathematics against each other, with no process and no memory in between.
@Suite("Closed loop")
struct ClosedLoopTests {
  /// Joints of about a robot's kind: their number, ranges, velocity and effort limits, homing.
  struct Robot: CustomTestStringConvertible {
    var testDescription: String
    var joints: [JointModel]
  }

  static let go2 = Robot(
    testDescription: "go2",
    joints: (0..<4).flatMap { leg in
      [
        JointModel(
          name: "hip\(leg)", homing: 0, lower: -1.05, upper: 1.05, velocityLimit: 30.1, effortLimit: 23.7),
        JointModel(
          name: "thigh\(leg)", homing: 0.8, lower: -1.57, upper: 3.49, velocityLimit: 30.1, effortLimit: 23.7),
        JointModel(
          name: "calf\(leg)", homing: -1.5, lower: -2.72, upper: -0.84, velocityLimit: 15.7, effortLimit: 45.4),
      ]
    })

  static let talos = Robot(
    testDescription: "talos",
    joints: (0..<32).map { index in
      // Some joints stand on a limit, some have little range, some little effort.
      let lower = [-0.35, -1.57, -2.1, 0, -0.13][index % 5]
      let upper = [1.57, 0.7, 0.7, 2.6, 0.13][index % 5]
      return JointModel(
        name: "joint\(index)", homing: [0, -0.4, 0.7, 0.8, 0.13][index % 5], lower: lower, upper: upper,
        velocityLimit: [3.87, 5.8, 7, 5.8, 4.8][index % 5], effortLimit: [100, 160, 300, 8, 100][index % 5])
    })

  static let panda = Robot(
    testDescription: "panda",
    joints: zip(
      [0, -0.785, 0, -2.356, 0, 1.571, 0.785],
      [
        (-2.9, 2.9), (-1.76, 1.76), (-2.9, 2.9), (-3.07, -0.07), (-2.9, 2.9), (-0.02, 3.75), (-2.9, 2.9),
      ]
    ).enumerated().map { index, joint in
      JointModel(
        name: "panda_joint\(index + 1)", homing: joint.0, lower: joint.1.0, upper: joint.1.1,
        velocityLimit: index < 4 ? 2.175 : 2.61, effortLimit: index < 4 ? 87 : 12)
    }
      + (1...2).map {
        JointModel(
          name: "panda_finger_joint\($0)", homing: 0.04, lower: 0, upper: 0.04, velocityLimit: 0.2, effortLimit: 20)
      })

  @Test("a perturbed robot is brought home within 1000 cluster steps", arguments: [go2, talos, panda])
  func bringsHome(robot: Robot) throws {
    let robots = try RobotDynamics(robots: 2, joints: robot.joints, dt: 0.002)
    robots.perturb(by: 0.2, seed: 3)
    #expect(robots.trackingError().maximum > 0.1)
    let controller = try JointMPC(
      nodes: 31, dt: 0.04, weights: MPCWeights(),
      limits: robot.joints.map {
        MotionLimits(lower: $0.lower, upper: $0.upper, velocity: $0.velocityLimit, acceleration: 50)
      })
    let joints = robot.joints.count
    let homing = robot.joints.map(\.homing)
    let atRest = [Double](repeating: 0, count: joints)
    for _ in 0..<1000 {
      for first in [0, joints] {
        let rows = first..<first + joints
        try controller.solve(
          position: rows.map { robots.position[$0] }, velocity: rows.map { robots.velocity[$0] },
          positionReference: homing, velocityReference: atRest)
        #expect(controller.converged)
        for joint in 0..<joints {
          let command = controller.state(of: joint, after: 0.02)
          robots.positionCommand[first + joint] = command.position
          robots.velocityCommand[first + joint] = command.velocity
        }
      }
      for _ in 0..<10 { robots.step() }
    }
    let error = robots.trackingError()
    #expect(error.maximum < 1e-2, "\(robot.joints[error.joint].name)")
    #expect(error.maximum < 1e-6, "and the loop is no limit cycle")
  }
}
