/// How long a Newton step may be before a slack or a multiplier reaches 0.
struct StepLength {
  /// The inverse of the longest step, so that no limit at all is 0.
  private(set) var inverse = 0.0
  /// Σ Δt Δλ over all pairs: what complementarity is left with after a full step.
  var product = 0.0

  /// Divides only where this value is the one that limits.
  @inline(__always)
  mutating func keepPositive(_ value: Double, step: Double) {
    if -step > inverse * value { inverse = -step / value }
  }

  /// `fraction` of the longest step, at most 1.
  func shortened(to fraction: Double) -> Double { inverse > fraction ? fraction / inverse : 1 }
}
