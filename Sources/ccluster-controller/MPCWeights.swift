/// The quadratic cost of one joint over the horizon.
///
/// Stage cost at node k: ½ (position (q − q_ref)² + velocity (v − v_ref)² + acceleration a²); the last node has no
/// acceleration and weighs its state with the terminal weights.
struct MPCWeights: Sendable, Equatable {
  /// 1/rad²
  var position: Double
  /// 1/(rad/s)²
  var velocity: Double
  /// 1/(rad/s²)²; positive, so that the optimal trajectory is unique.
  var acceleration: Double
  /// 1/rad², at the last node
  var terminalPosition: Double
  /// 1/(rad/s)², at the last node
  var terminalVelocity: Double

  /// By default the last node stands for the ten nodes that a longer horizon would add.
  init(
    position: Double = 1, velocity: Double = 0.05, acceleration: Double = 0.001, terminalPosition: Double? = nil,
    terminalVelocity: Double? = nil
  ) {
    self.position = position
    self.velocity = velocity
    self.acceleration = acceleration
    self.terminalPosition = terminalPosition ?? 10 * position
    self.terminalVelocity = terminalVelocity ?? 10 * velocity
  }

  var largest: Double { max(position, velocity, acceleration, terminalPosition, terminalVelocity) }

  func divided(by scale: Double) -> MPCWeights {
    MPCWeights(
      position: position / scale, velocity: velocity / scale, acceleration: acceleration / scale,
      terminalPosition: terminalPosition / scale, terminalVelocity: terminalVelocity / scale)
  }

  /// - Throws: ``MPCError/invalid(_:)`` naming the weight.
  func validate() throws(MPCError) {
    let named = [
      ("q", position), ("v", velocity), ("terminal_q", terminalPosition), ("terminal_v", terminalVelocity),
    ]
    for (name, weight) in named where !(weight.isFinite && weight >= 0) {
      throw .invalid("weight '\(name)' is \(weight); it must be a number that is not negative")
    }
    guard acceleration.isFinite, acceleration > 0 else {
      throw .invalid("weight 'a' is \(acceleration); it must be positive, or the best trajectory is not unique")
    }
  }
}
