/// What one joint can do; infinite is unlimited.
struct MotionLimits: Sendable, Equatable {
  /// rad or m
  var lower: Double
  /// rad or m
  var upper: Double
  /// rad/s or m/s, both ways
  var velocity: Double
  /// rad/s² or m/s², both ways
  var acceleration: Double

  init(
    lower: Double = -.infinity, upper: Double = .infinity, velocity: Double = .infinity,
    acceleration: Double = .infinity
  ) {
    self.lower = lower
    self.upper = upper
    self.velocity = velocity
    self.acceleration = acceleration
  }

  /// How far a state is outside, 0 inside: the larger of rad and rad/s.
  @inline(__always)
  func violation(position: Double, velocity: Double) -> Double {
    max(0, lower - position, position - upper, abs(velocity) - self.velocity)
  }

  /// Takes those of `limits` over that a trajectory exceeds and that are not taken yet; whether there was one.
  mutating func adopt(_ limits: MotionLimits, exceededBy trajectory: JointQP) -> Bool {
    let before = self
    if trajectory.exceeds({ limits.lower - $0.position }) { lower = limits.lower }
    if trajectory.exceeds({ $0.position - limits.upper }) { upper = limits.upper }
    if trajectory.exceeds({ abs($0.velocity) - limits.velocity }) { velocity = limits.velocity }
    let isExceeded = self != before || trajectory.exceeds { abs($0.acceleration) - limits.acceleration }
    // Whatever a limit asks for, it asks for by acceleration.
    if isExceeded { acceleration = limits.acceleration }
    return self != before
  }

  /// - Throws: ``MPCError/invalid(_:)`` in terms of joint `index`.
  func validate(joint index: Int) throws(MPCError) {
    guard lower <= upper, lower < .infinity, upper > -.infinity else {
      throw .invalid("joint \(index) has position limits [\(lower), \(upper)]")
    }
    guard velocity > 0 else { throw .invalid("joint \(index) has velocity limit \(velocity); it must be positive") }
    guard acceleration > 0 else {
      throw .invalid("joint \(index) has acceleration limit \(acceleration); it must be positive")
    }
  }
}
