import ControlCluster

/// A user's own controller: glides each joint towards its reference, never faster than the share of its velocity limit that
/// the config's `parameters.speed` allows.
@main
final class GlideController: RHController {
  private let position: ControllerInput
  private let reference: ControllerInput
  private let command: ControllerOutput
  private let commandVelocity: ControllerOutput
  private let speed: Double

  required init(_ context: ControllerContext) throws {
    position = try context.input("robot_state", "joint_position")
    reference = try context.input("rhc_references", "joint_position")
    command = try context.output("rhc_commands", "joint_position")
    commandVelocity = try context.output("rhc_commands", "joint_velocity")
    speed = context.parameters["speed"]?.number ?? 0.2
    try super.init(context)
  }

  override func solve() throws {
    for joint in context.joints.indices {
      let limit = speed * (context.limits[joint].velocity ?? 1)
      let wanted = (reference[joint] - position[joint]) / context.timing.clusterDt
      let velocity = min(max(wanted, -limit), limit)
      command[joint] = position[joint] + velocity * context.timing.clusterDt
      commandVelocity[joint] = velocity
    }
  }
}
