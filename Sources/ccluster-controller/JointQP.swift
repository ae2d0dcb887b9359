/// The optimal-control problem of one joint, a double integrator with limits:
///
///     minimize    Σ_{k<N} ½ (w_q (q_k − q_ref)² + w_v (v_k − v_ref)² + w_a a_k²)
///                 + ½ (W_q (q_N − q_ref)² + W_v (v_N − v_ref)²) + price of the limits exceeded
///     subject to  q_{k+1} = q_k + h v_k + ½ h² a_k      v_{k+1} = v_k + h a_k        (exact for a_k held over h)
///                 |a_k| ≤ a_max                          always
///                 q_min ≤ q_k ≤ q_max,  |v_k| ≤ v_max    softened, for k ≥ 1
///
/// First the problem without limits is solved, by the gains of a Riccati recursion that depend on the weights alone
/// and are computed once; where its trajectory keeps the limits it is the answer, which near the references is the
/// common case, and makes a warm start of the rest pointless. Otherwise the limits that it exceeds are added, and a
/// primal-dual interior-point method solves the problem with Mehrotra's predictor and corrector ("On the implementation
/// of a primal-dual interior point method", SIAM J. Optim. 1992). Its Newton systems are Riccati recursions over the
/// horizon with modified weights (Rao, Wright and Rawlings 1998): linear in the nodes, and no factorization bigger than
/// 2 × 2.
///
/// The iterates satisfy the dynamics exactly from the first on, so that the dynamics' multipliers need no space. The
/// buffers are allocated once; `solve` allocates nothing.
final class JointQP {
  let intervals: Int
  let dt: Double
  /// Divided by the largest of them, so that tolerances are relative.
  let weights: MPCWeights
  let stages: UnsafeMutableBufferPointer<HorizonStage>
  private let nominalGains: UnsafeMutableBufferPointer<HorizonStage.Gain>
  private(set) var iterations = 0
  private(set) var converged = false
  var start = State()
  var reference = State()

  struct State {
    /// rad or m
    var position = 0.0
    /// rad/s or m/s
    var velocity = 0.0
  }

  /// More Newton steps than any sensible problem needs; they stop much earlier.
  static let iterationLimit = 60
  /// Largest residual of the optimality conditions, beside forces of 1, and mean complementarity, at which a solution is
  /// accepted; the weights are at most 1.
  static let tolerance = (residual: 1e-9, complementarity: 1e-13)

  /// Expects valid weights, at least one interval, and a positive dt.
  init(intervals: Int, dt: Double, weights: MPCWeights) {
    self.intervals = intervals
    self.dt = dt
    self.weights = weights.divided(by: weights.largest)
    stages = .allocate(capacity: intervals)
    stages.initialize(repeating: HorizonStage())
    nominalGains = .allocate(capacity: intervals)
    nominalGains.initialize(repeating: HorizonStage.Gain())
    factorWithoutLimits()
  }

  deinit {
    stages.deallocate()
    nominalGains.deallocate()
  }

  /// Solves from `start` towards `reference`; the trajectory is then in `stages`.
  func solve(limits: MotionLimits) {
    solveWithoutLimits()
    iterations = 1
    converged = true
    // A solution that keeps a limit which it was not asked to keep is the solution with that limit, too. So only those
    // limits take part that stood in the way of a solution without them, which is rarely more than half of them.
    var working = MotionLimits()
    while working.adopt(limits, exceededBy: self) {
      converged = solveInside(working)
      settle(working)
    }
  }

  // MARK: Without limits

  private func factorWithoutLimits() {
    var costToGo = Quadratic(terminal: weights)
    for k in stride(from: intervals - 1, through: 0, by: -1) {
      nominalGains[k] = costToGo.step(dt: dt, weights: weights, accelerationCurvature: 0)
    }
  }

  /// One Newton step from the trajectory without acceleration, which is exact where there are no limits.
  private func solveWithoutLimits() {
    rollOut { _ in 0 }
    var gradient = terminalGradient
    for k in stride(from: intervals - 1, through: 0, by: -1) {
      stages[k].gain = nominalGains[k]
      let ahead = gradient.velocity * dt + gradient.position * 0.5 * dt * dt
      stages[k].feedforward = ahead * nominalGains[k].inverseCurvature
      gradient = gradientBefore(k, ahead: gradient, accelerationGradient: ahead)
    }
    rollOutSteps { _ in }
    for k in stages.indices {
      let stage = stages.baseAddress! + k
      stage.pointee.acceleration += stage.pointee.accelerationStep
      stage.pointee.position += stage.pointee.positionStep
      stage.pointee.velocity += stage.pointee.velocityStep
    }
  }

  /// Whether any stage lies beyond, to the accuracy that the iterations reach, so that a joint at rest on its limit is
  /// not iterated on.
  func exceeds(_ isBeyond: (HorizonStage) -> Double) -> Bool {
    for k in stages.indices where isBeyond(stages[k]) > Self.tolerance.residual { return true }
    return false
  }

  // MARK: With limits

  /// The interior-point method, from the present trajectory on; whether it converged.
  private func solveInside(_ limits: MotionLimits) -> Bool {
    let price = price(of: limits)
    let pairs = startInside(limits, price: price)
    // What rounding leaves of sums of forces grows with them, and where a limit cannot be kept they grow with what is
    // beyond it.
    let force = price * (1 + limits.violation(position: start.position, velocity: start.velocity))
    let last = iterations + Self.iterationLimit
    var isSolved = false
    // Once it is solved, at most as many more: accelerations weigh little, so that a small residual may be a hundred
    // thousand times as much of them, and each step so close to the end takes a factor of 200 off both.
    var polish = 2
    while iterations < last {
      let (residual, gap) = factor()
      let complementarity = gap / Double(pairs)
      if residual <= Self.tolerance.residual * force, complementarity <= Self.tolerance.complementarity {
        isSolved = true
      }
      if isSolved {
        // Further on, the Newton systems are of no use any more.
        if polish == 0 || complementarity <= 1e-3 * Self.tolerance.complementarity { break }
        polish -= 1
      }
      iterations += 1
      guard step(gap: gap, pairs: pairs) else { break }
    }
    return isSolved
  }

  /// The price of exceeding a limit has to be above any multiplier that the hard limit would have: the pull of the
  /// reference, at most 1, and the braking acceleration, whose lever on the next position is h²/2.
  private func price(of limits: MotionLimits) -> Double {
    100 * (1 + weights.acceleration * min(limits.acceleration, 1e3) / (dt * dt))
  }

  /// Clamps the accelerations well inside their limits, and gives every bound a positive slack and multiplier.
  /// - Returns: the number of complementary pairs.
  private func startInside(_ limits: MotionLimits, price: Double) -> Int {
    let inside = 0.9 * limits.acceleration
    rollOut { min(max($0, -inside), inside) }
    // Starting at this complementarity, so at an excess of a quarter, took the fewest steps over random problems: 12
    // on average, at most 20; a hundredth of it took half as many again.
    let complementarity = price / 4
    var pairs = 0
    for k in stages.indices {
      let stage = stages.baseAddress! + k
      let (q, v, a) = (stage.pointee.position, stage.pointee.velocity, stage.pointee.acceleration)
      stage.pointee.accelerationLower.start(
        sign: -1, limit: -limits.acceleration, value: a, floor: 1e-2, complementarity: complementarity)
      stage.pointee.accelerationUpper.start(
        sign: 1, limit: limits.acceleration, value: a, floor: 1e-2, complementarity: complementarity)
      stage.pointee.positionLower.start(
        sign: -1, limit: limits.lower, value: q, price: price, floor: 1e-2, complementarity: complementarity)
      stage.pointee.positionUpper.start(
        sign: 1, limit: limits.upper, value: q, price: price, floor: 1e-2, complementarity: complementarity)
      stage.pointee.velocityLower.start(
        sign: -1, limit: -limits.velocity, value: v, price: price, floor: 1e-2, complementarity: complementarity)
      stage.pointee.velocityUpper.start(
        sign: 1, limit: limits.velocity, value: v, price: price, floor: 1e-2, complementarity: complementarity)
      pairs += stage.pointee.pairs
    }
    return pairs
  }

  /// Linearizes all bounds at the current iterate and runs the Riccati recursion with their curvatures; returns the
  /// largest residual of the optimality conditions, and Σ t λ.
  private func factor() -> (residual: Double, gap: Double) {
    let (h, halfSquare) = (dt, 0.5 * dt * dt)
    var costToGo = Quadratic(terminal: weights)
    // The Lagrangian's gradient at the node ahead, with the multipliers as they are (the adjoint recursion).
    var adjoint = terminalGradient
    var (residual, gap) = (0.0, 0.0)
    for k in stride(from: intervals - 1, through: 0, by: -1) {
      let stage = stages.baseAddress! + k
      let (q, v, a) = (stage.pointee.position, stage.pointee.velocity, stage.pointee.acceleration)
      costToGo.qq += stage.pointee.positionLower.linearize(at: q, gap: &gap)
      costToGo.qq += stage.pointee.positionUpper.linearize(at: q, gap: &gap)
      costToGo.vv += stage.pointee.velocityLower.linearize(at: v, gap: &gap)
      costToGo.vv += stage.pointee.velocityUpper.linearize(at: v, gap: &gap)
      let curvature =
        stage.pointee.accelerationLower.linearize(at: a, gap: &gap)
        + stage.pointee.accelerationUpper.linearize(at: a, gap: &gap)
      stage.pointee.gain = costToGo.step(dt: h, weights: weights, accelerationCurvature: curvature)

      adjoint.position += stage.pointee.positionLower.force + stage.pointee.positionUpper.force
      adjoint.velocity += stage.pointee.velocityLower.force + stage.pointee.velocityUpper.force
      let stationarity =
        weights.acceleration * a + stage.pointee.accelerationLower.force + stage.pointee.accelerationUpper.force
        + halfSquare * adjoint.position + h * adjoint.velocity
      residual = max(residual, abs(stationarity), stage.pointee.residual, stage.pointee.priceResidual)
      adjoint.velocity += h * adjoint.position
      if k > 0 { adjoint = adjoint + stageGradient(at: k) }
    }
    return (residual, gap)
  }

  /// Predictor, corrector, and the step itself; false when rounding errors leave no way ahead.
  private func step(gap: Double, pairs: Int) -> Bool {
    backSubstitute(target: 0, corrected: false)
    let predictor = newtonStep()
    let affine = predictor.shortened(to: 1)
    // The predictor aims at t λ = 0, so that Σ (t Δλ + λ Δt) = −Σ t λ, and the rest of a step is the products'.
    let ratio = max((1 - affine) + affine * affine * predictor.product / gap, 0)
    backSubstitute(target: ratio * ratio * ratio * gap / Double(pairs), corrected: true)
    let length = newtonStep().shortened(to: 0.995)
    guard length > 1e-12, stages[0].accelerationStep.isFinite, stages[intervals - 1].positionStep.isFinite else {
      return false
    }
    for k in stages.indices { (stages.baseAddress! + k).pointee.advance(by: length) }
    return true
  }

  private func backSubstitute(target: Double, corrected: Bool) {
    let (h, halfSquare) = (dt, 0.5 * dt * dt)
    var gradient = terminalGradient
    for k in stride(from: intervals - 1, through: 0, by: -1) {
      let stage = stages.baseAddress! + k
      gradient.position +=
        stage.pointee.positionLower.aim(at: target, corrected: corrected)
        + stage.pointee.positionUpper.aim(at: target, corrected: corrected)
      gradient.velocity +=
        stage.pointee.velocityLower.aim(at: target, corrected: corrected)
        + stage.pointee.velocityUpper.aim(at: target, corrected: corrected)
      let ahead =
        weights.acceleration * stage.pointee.acceleration
        + stage.pointee.accelerationLower.aim(at: target, corrected: corrected)
        + stage.pointee.accelerationUpper.aim(at: target, corrected: corrected)
        + halfSquare * gradient.position + h * gradient.velocity
      stage.pointee.feedforward = ahead * stage.pointee.gain.inverseCurvature
      gradient = gradientBefore(k, ahead: gradient, accelerationGradient: ahead)
    }
  }

  /// Carries the Newton step forward over the horizon, and to the bounds.
  private func newtonStep() -> StepLength {
    var length = StepLength()
    rollOutSteps { $0.pointee.recover(length: &length) }
    return length
  }

  /// Puts the accelerations exactly inside their limits, and the states exactly on the dynamics.
  private func settle(_ limits: MotionLimits) {
    rollOut { min(max($0, -limits.acceleration), limits.acceleration) }
  }
}
