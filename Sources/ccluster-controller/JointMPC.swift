import Glibc

/// A receding-horizon controller for a set of joints, each a double integrator with position, velocity and
/// acceleration limits: see ``JointQP`` for the problem and the method.
///
/// The joints do not act on one another in this model, so that the problem falls apart into one for each joint. All
/// results are node-major, `[nodes × joints]`. Not thread-safe.
final class JointMPC {
  /// At least 2.
  let nodes: Int
  let joints: Int
  /// s
  let dt: Double
  let weights: MPCWeights
  let limits: [MotionLimits]

  /// Predicted positions, rad or m, `[nodes × joints]`; node 0 is the measured state.
  let position: UnsafeMutableBufferPointer<Double>
  /// Predicted velocities, rad/s or m/s, `[nodes × joints]`.
  let velocity: UnsafeMutableBufferPointer<Double>
  /// Optimal accelerations, rad/s² or m/s², `[nodes × joints]`, held from their node to the next; 0 at the last node.
  let acceleration: UnsafeMutableBufferPointer<Double>
  /// The stage costs, summed over the joints, `[nodes]`.
  let nodeCost: UnsafeMutableBufferPointer<Double>
  /// How far a joint is outside its limits at most, rad or rad/s, `[nodes]`; 0 when none is.
  let nodeViolation: UnsafeMutableBufferPointer<Double>

  /// The sum of `nodeCost`, without the price of exceeded limits.
  private(set) var cost = 0.0
  /// The largest of `nodeViolation`.
  private(set) var violation = 0.0
  /// Newton steps of the joint that needed most; 1 when no limit was in the way.
  private(set) var iterations = 0
  /// Joints whose solution misses the tolerances; theirs is the best iterate.
  private(set) var unconverged = 0

  var converged: Bool { unconverged == 0 }

  private let problem: JointQP

  /// - Throws: ``MPCError/invalid(_:)`` for fewer than 2 nodes, a dt that is not positive, or limits or weights that
  ///   make no problem.
  init(nodes: Int, dt: Double, weights: MPCWeights, limits: [MotionLimits]) throws(MPCError) {
    guard nodes >= 2 else { throw .invalid("a horizon of \(nodes) nodes has no interval to act in") }
    guard dt.isFinite, dt > 0 else { throw .invalid("a horizon dt of \(dt) s is not positive") }
    try weights.validate()
    for (index, joint) in limits.enumerated() { try joint.validate(joint: index) }
    self.nodes = nodes
    self.dt = dt
    self.weights = weights
    self.limits = limits
    joints = limits.count
    problem = JointQP(intervals: nodes - 1, dt: dt, weights: weights)
    func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Double> {
      let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
      buffer.initialize(repeating: 0)
      return buffer
    }
    position = zeros(nodes * limits.count)
    velocity = zeros(nodes * limits.count)
    acceleration = zeros(nodes * limits.count)
    nodeCost = zeros(nodes)
    nodeViolation = zeros(nodes)
  }

  deinit {
    position.deallocate()
    velocity.deallocate()
    acceleration.deallocate()
    nodeCost.deallocate()
    nodeViolation.deallocate()
  }

  /// Solves all joints from a measured state towards references that hold over the whole horizon; each array has an
  /// element a joint.
  ///
  /// A measured state outside its limits is no error: the trajectory returns as fast as the acceleration limit lets it.
  /// - Throws: ``MPCError/notFinite(quantity:joint:value:)``; the results are then those of the solve before.
  func solve(
    position q: [Double], velocity v: [Double], positionReference: [Double], velocityReference: [Double]
  ) throws(MPCError) {
    try requireFinite(q, "measured position")
    try requireFinite(v, "measured velocity")
    try requireFinite(positionReference, "position reference")
    try requireFinite(velocityReference, "velocity reference")

    nodeCost.update(repeating: 0)
    nodeViolation.update(repeating: 0)
    iterations = 0
    unconverged = 0
    for joint in 0..<joints {
      problem.start = .init(position: q[joint], velocity: v[joint])
      problem.reference = .init(position: positionReference[joint], velocity: velocityReference[joint])
      problem.solve(limits: limits[joint])
      iterations = max(iterations, problem.iterations)
      if !problem.converged { unconverged += 1 }
      collect(joint)
    }
    cost = nodeCost.reduce(0, +)
    violation = nodeViolation.reduce(0, max)
  }

  /// Where a joint is `time` seconds after the measurement: on the parabola of the interval that holds this instant.
  /// After the horizon's end: the last node.
  func state(of joint: Int, after time: Double) -> (position: Double, velocity: Double, acceleration: Double) {
    // A time that should be a whole number of intervals belongs to the interval that ends there.
    let node = Int(floor(time / dt - 1e-9))
    guard node < nodes - 1 else {
      let last = (nodes - 1) * joints + joint
      return (position[last], velocity[last], acceleration[last])
    }
    let index = max(node, 0) * joints + joint
    let elapsed = time - Double(max(node, 0)) * dt
    let a = acceleration[index]
    return (
      position[index] + elapsed * (velocity[index] + 0.5 * elapsed * a), velocity[index] + elapsed * a, a
    )
  }

  private func requireFinite(_ values: [Double], _ quantity: String) throws(MPCError) {
    precondition(values.count == joints, "one \(quantity) for each joint")
    for (joint, value) in values.enumerated() where !value.isFinite {
      throw .notFinite(quantity: quantity, joint: joint, value: value)
    }
  }

  /// Copies the joint's trajectory out of the problem, and adds up its costs.
  private func collect(_ joint: Int) {
    let bounds = limits[joint]
    for node in 0..<nodes {
      let isLast = node == nodes - 1
      let state =
        node == 0
        ? problem.start
        : JointQP.State(position: problem.stages[node - 1].position, velocity: problem.stages[node - 1].velocity)
      let a = isLast ? 0 : problem.stages[node].acceleration
      let index = node * joints + joint
      position[index] = state.position
      velocity[index] = state.velocity
      acceleration[index] = a
      let positionError = state.position - problem.reference.position
      let velocityError = state.velocity - problem.reference.velocity
      nodeCost[node] +=
        0.5
        * ((isLast ? weights.terminalPosition : weights.position) * positionError * positionError
          + (isLast ? weights.terminalVelocity : weights.velocity) * velocityError * velocityError
          + weights.acceleration * a * a)
      nodeViolation[node] = max(
        nodeViolation[node], bounds.violation(position: state.position, velocity: state.velocity))
    }
  }
}
