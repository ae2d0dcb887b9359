import ControlCluster

/// The built-in controller `reference`: tracks joint references by receding-horizon optimal control of each joint, see
/// ``JointMPC``.
///
/// It reads `robot_state` and `rhc_references` (without that buffer: homing, at rest, all contacts touching) and fills
/// whichever fields of the standard controller buffers the config has. A config may drop any of them; it may not drop the
/// measured joint positions and velocities.
@main
final class ReferenceController: RHController {
  private let parameters: ReferenceParameters
  private let mpc: JointMPC
  private let inputs: ReferenceInputs
  private let outputs: ReferenceOutputs
  /// Solves of this process so far: what injected faults count.
  private var solves = 0

  required init(_ context: ControllerContext) throws {
    parameters = try ReferenceParameters(context.parameters)
    let limit = parameters.accelerationLimit
    mpc = try JointMPC(
      nodes: context.horizon.nodes, dt: context.horizon.dt, weights: parameters.weights,
      limits: context.limits.map {
        MotionLimits(
          lower: $0.lower ?? -.infinity, upper: $0.upper ?? .infinity, velocity: $0.velocity ?? .infinity,
          acceleration: limit)
      })
    inputs = try ReferenceInputs(context)
    outputs = try ReferenceOutputs(context, inertia: parameters.inertia)
    try super.init(context)
  }

  override func solve() throws {
    defer { solves += 1 }
    try injectFaults()
    inputs.read()
    do {
      try mpc.solve(
        position: inputs.position, velocity: inputs.velocity, positionReference: inputs.positionReference,
        velocityReference: inputs.velocityReference)
    } catch .notFinite(let quantity, let joint, let value) {
      throw ClusterError.failed("\(quantity) of '\(context.joints[joint])' is \(value)")
    }
    outputs.write(mpc, inputs)
  }

  private func injectFaults() throws {
    if let delay = parameters.delay, delay.controller == context.index, delay.step == solves {
      Pause.sleep(seconds: delay.seconds)
    }
    if let failure = parameters.failure, failure.controller == context.index, failure.step == solves {
      throw ClusterError.failed("fail_at asks controller \(context.index) to fail at step \(solves)")
    }
  }
}
