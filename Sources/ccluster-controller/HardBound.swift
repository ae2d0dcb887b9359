/// One side of a limit that holds always: s (b − x) ≥ 0, with s = +1 for an upper and −1 for a lower limit b.
///
/// With the slack t = s (b − x) and its multiplier λ, both positive, a Newton step on the perturbed complementarity
/// t λ = τ gives, after Δt is eliminated, Δλ = (λ/t) s Δx + (r_c − λ r_t) / t: a curvature λ/t and a gradient that are
/// added to those of x, which is all that the Riccati recursion sees (Rao, Wright and Rawlings, "Application of
/// interior-point methods to model predictive control", JOTA 1998, section 3).
struct HardBound {
  private(set) var isPresent = false
  private var sign = 1.0
  private var limit = 0.0
  private(set) var slack = 1.0
  private(set) var multiplier = 1.0
  private var slackStep = 0.0
  private var multiplierStep = 0.0
  /// 1/t
  private var inverseSlack = 1.0
  /// λ/t
  private var curvature = 0.0
  /// r_t = s (b − x) − t
  private(set) var residual = 0.0
  /// (r_c − λ r_t) / t
  private var offset = 0.0

  /// Products t λ that this bound adds to the duality gap.
  var pairs: Int { isPresent ? 1 : 0 }
  /// s λ: what the bound adds to the Lagrangian's gradient.
  var force: Double { isPresent ? sign * multiplier : 0 }

  /// Starts strictly inside: the slack is at least `floor`, and t λ = `complementarity`.
  mutating func start(sign: Double, limit: Double, value: Double, floor: Double, complementarity: Double) {
    self = HardBound()
    isPresent = limit.isFinite
    guard isPresent else { return }
    self.sign = sign
    self.limit = limit
    slack = max(sign * (limit - value), floor)
    multiplier = complementarity / slack
  }

  /// Linearizes at x = `value`; returns the curvature that it adds to x, and adds t λ to `gap`.
  @inline(__always)
  mutating func linearize(at value: Double, gap: inout Double) -> Double {
    guard isPresent else { return 0 }
    inverseSlack = 1 / slack
    curvature = multiplier * inverseSlack
    residual = sign * (limit - value) - slack
    gap += slack * multiplier
    return curvature
  }

  /// Aims at t λ = `target` less the product of the predictor's steps; returns the gradient that it adds to x.
  @inline(__always)
  mutating func aim(at target: Double, corrected: Bool) -> Double {
    guard isPresent else { return 0 }
    let second = corrected ? slackStep * multiplierStep : 0
    offset = (target - second) * inverseSlack - multiplier - curvature * residual
    return sign * (multiplier + offset)
  }

  /// Finds the steps of t and λ that belong to Δx = `step`, and lets them shorten the step length.
  @inline(__always)
  mutating func recover(from step: Double, length: inout StepLength) {
    guard isPresent else { return }
    slackStep = residual - sign * step
    multiplierStep = curvature * sign * step + offset
    length.keepPositive(slack, step: slackStep)
    length.keepPositive(multiplier, step: multiplierStep)
    length.product += slackStep * multiplierStep
  }

  @inline(__always)
  mutating func advance(by length: Double) {
    slack += length * slackStep
    multiplier += length * multiplierStep
  }
}
