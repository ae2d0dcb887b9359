/// One interval of the horizon: the acceleration over it, the state at its end, and their limits.
struct HorizonStage {
  /// a over the interval
  var acceleration = 0.0
  /// q and v at its end
  var position = 0.0
  var velocity = 0.0
  /// Newton steps of the three
  var accelerationStep = 0.0
  var positionStep = 0.0
  var velocityStep = 0.0

  /// Δa = −(positionGain Δq + velocityGain Δv + feedforward), with Δq and Δv at the interval's start.
  var gain = Gain()
  var feedforward = 0.0

  var accelerationLower = HardBound()
  var accelerationUpper = HardBound()
  var positionLower = SoftBound()
  var positionUpper = SoftBound()
  var velocityLower = SoftBound()
  var velocityUpper = SoftBound()

  struct Gain {
    var position = 0.0
    var velocity = 0.0
    /// (R + BᵀPB)⁻¹
    var inverseCurvature = 0.0
  }

  var pairs: Int {
    accelerationLower.pairs + accelerationUpper.pairs + positionLower.pairs + positionUpper.pairs
      + velocityLower.pairs + velocityUpper.pairs
  }

  /// The largest residual of the bounds' own equations.
  var residual: Double {
    let hard = max(abs(accelerationLower.residual), abs(accelerationUpper.residual))
    let position = max(abs(positionLower.residual), abs(positionUpper.residual))
    let velocity = max(abs(velocityLower.residual), abs(velocityUpper.residual))
    return max(hard, position, velocity)
  }

  var priceResidual: Double {
    max(
      max(abs(positionLower.priceResidual), abs(positionUpper.priceResidual)),
      max(abs(velocityLower.priceResidual), abs(velocityUpper.priceResidual)))
  }

  /// The steps of all slacks and multipliers that belong to the steps of a, q and v.
  @inline(__always)
  mutating func recover(length: inout StepLength) {
    accelerationLower.recover(from: accelerationStep, length: &length)
    accelerationUpper.recover(from: accelerationStep, length: &length)
    positionLower.recover(from: positionStep, length: &length)
    positionUpper.recover(from: positionStep, length: &length)
    velocityLower.recover(from: velocityStep, length: &length)
    velocityUpper.recover(from: velocityStep, length: &length)
  }

  @inline(__always)
  mutating func advance(by length: Double) {
    acceleration += length * accelerationStep
    position += length * positionStep
    velocity += length * velocityStep
    accelerationLower.advance(by: length)
    accelerationUpper.advance(by: length)
    positionLower.advance(by: length)
    positionUpper.advance(by: length)
    velocityLower.advance(by: length)
    velocityUpper.advance(by: length)
  }
}
