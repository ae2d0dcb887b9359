/// One side of a limit that may be exceeded at a price: s (b − x) + e ≥ 0 and e ≥ 0, for the price z e + ½ Z e².
///
/// The linear price makes the penalty exact: as long as z is above the multiplier that a hard limit would have, the
/// solution is that of the hard limit, and e is 0. The excess e is eliminated like the slack, so that the Riccati
/// recursion sees a curvature and a gradient again (Frison and Diehl, "HPIPM: a high-performance quadratic programming
/// framework for model predictive control", IFAC 2020, soft constraints). With t the slack of the first and λ, μ the
/// multipliers of both inequalities:
///
///     Δt = Δe − s Δx + r_t        t Δλ + λ Δt = r_λ        e Δμ + μ Δe = r_μ        Z Δe − Δλ − Δμ = r_e
///     D = Z + λ/t + μ/e           Δe = (r_e + r_λ/t + r_μ/e + (λ/t) (s Δx − r_t)) / D
struct SoftBound {
  private(set) var isPresent = false
  private var sign = 1.0
  private var limit = 0.0
  /// z and Z
  private var price = 1.0
  private var slack = 1.0
  private var multiplier = 1.0
  private var excess = 1.0
  private var excessMultiplier = 1.0
  private var slackStep = 0.0
  private var multiplierStep = 0.0
  private var excessStep = 0.0
  private var excessMultiplierStep = 0.0
  private var inverseSlack = 1.0
  private var inverseExcess = 1.0
  private var inverseD = 1.0
  /// λ/t
  private var stiffness = 0.0
  /// r_t
  private(set) var residual = 0.0
  /// r_e
  private(set) var priceResidual = 0.0
  /// r_λ/t and r_μ/e
  private var pull = 0.0
  private var excessPull = 0.0

  var pairs: Int { isPresent ? 2 : 0 }
  var force: Double { isPresent ? sign * multiplier : 0 }

  /// Starts with all four strictly positive: an excess that covers the violation at `value`, a slack of at least
  /// `floor`, and multipliers that make both products `complementarity`.
  mutating func start(
    sign: Double, limit: Double, value: Double, price: Double, floor: Double, complementarity: Double
  ) {
    self = SoftBound()
    isPresent = limit.isFinite
    guard isPresent else { return }
    self.sign = sign
    self.limit = limit
    self.price = price
    let distance = sign * (limit - value)
    excess = max(-distance, 0) + complementarity / price
    slack = max(distance + excess, floor)
    multiplier = complementarity / slack
    excessMultiplier = complementarity / excess
  }

  @inline(__always)
  mutating func linearize(at value: Double, gap: inout Double) -> Double {
    guard isPresent else { return 0 }
    inverseSlack = 1 / slack
    inverseExcess = 1 / excess
    stiffness = multiplier * inverseSlack
    let excessStiffness = price + excessMultiplier * inverseExcess
    inverseD = 1 / (stiffness + excessStiffness)
    residual = sign * (limit - value) + excess - slack
    priceResidual = multiplier + excessMultiplier - price * excess - price
    gap += slack * multiplier + excess * excessMultiplier
    return stiffness * excessStiffness * inverseD
  }

  @inline(__always)
  mutating func aim(at target: Double, corrected: Bool) -> Double {
    guard isPresent else { return 0 }
    let second = corrected ? slackStep * multiplierStep : 0
    let excessSecond = corrected ? excessStep * excessMultiplierStep : 0
    pull = (target - second) * inverseSlack - multiplier
    excessPull = (target - excessSecond) * inverseExcess - excessMultiplier
    let offset =
      pull - stiffness * residual
      - stiffness * inverseD * (priceResidual + pull + excessPull - stiffness * residual)
    return sign * (multiplier + offset)
  }

  @inline(__always)
  mutating func recover(from step: Double, length: inout StepLength) {
    guard isPresent else { return }
    let outward = sign * step
    excessStep = (priceResidual + pull + excessPull + stiffness * (outward - residual)) * inverseD
    slackStep = excessStep - outward + residual
    multiplierStep = pull - stiffness * slackStep
    excessMultiplierStep = excessPull - excessMultiplier * inverseExcess * excessStep
    length.keepPositive(slack, step: slackStep)
    length.keepPositive(multiplier, step: multiplierStep)
    length.keepPositive(excess, step: excessStep)
    length.keepPositive(excessMultiplier, step: excessMultiplierStep)
    length.product += slackStep * multiplierStep + excessStep * excessMultiplierStep
  }

  @inline(__always)
  mutating func advance(by length: Double) {
    slack += length * slackStep
    multiplier += length * multiplierStep
    excess += length * excessStep
    excessMultiplier += length * excessMultiplierStep
  }
}
