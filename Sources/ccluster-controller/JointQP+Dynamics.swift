extension JointQP {
  /// ½ xᵀ P x with x = (q, v): the cost to go of the Riccati recursion.
  struct Quadratic {
    var qq: Double
    var qv: Double
    var vv: Double

    init(terminal weights: MPCWeights) {
      qq = weights.terminalPosition
      qv = 0
      vv = weights.terminalVelocity
    }

    /// One step back over the dynamics A = [1 h; 0 1], B = [½h²; h]:
    /// K = (R + BᵀPB)⁻¹ BᵀPA and P ← Q + AᵀPA − (BᵀPA)ᵀ K.
    @inline(__always)
    mutating func step(dt h: Double, weights: MPCWeights, accelerationCurvature: Double) -> HorizonStage.Gain {
      let halfSquare = 0.5 * h * h
      let leverQ = halfSquare * qq + h * qv
      let leverV = halfSquare * qv + h * vv
      let crossV = h * leverQ + leverV
      let inverse =
        1 / (weights.acceleration + accelerationCurvature + halfSquare * leverQ + h * leverV)
      let gain = HorizonStage.Gain(position: leverQ * inverse, velocity: crossV * inverse, inverseCurvature: inverse)
      vv += h * (h * qq + 2 * qv) + weights.velocity - crossV * gain.velocity
      qv += h * qq - leverQ * gain.velocity
      qq += weights.position - leverQ * gain.position
      return gain
    }
  }

  var terminalGradient: State {
    State(
      position: weights.terminalPosition * (stages[intervals - 1].position - reference.position),
      velocity: weights.terminalVelocity * (stages[intervals - 1].velocity - reference.velocity))
  }

  /// The stage cost's gradient at node k ≥ 1, an interval's end; node 0 is given and has no say.
  @inline(__always)
  func stageGradient(at node: Int) -> State {
    State(
      position: weights.position * (stages[node - 1].position - reference.position),
      velocity: weights.velocity * (stages[node - 1].velocity - reference.velocity))
  }

  /// The cost to go's gradient one node back: p ← g + Aᵀ p − Kᵀ (gradient in a).
  @inline(__always)
  func gradientBefore(_ k: Int, ahead: State, accelerationGradient: Double) -> State {
    guard k > 0 else { return State() }
    let gain = stages[k].gain
    return stageGradient(at: k)
      + State(
        position: ahead.position - gain.position * accelerationGradient,
        velocity: dt * ahead.position + ahead.velocity - gain.velocity * accelerationGradient)
  }

  /// Integrates the states from `start` with the accelerations that `choose` makes of the present ones.
  @inline(__always)
  func rollOut(choose: (_ acceleration: Double) -> Double) {
    var (q, v) = (start.position, start.velocity)
    for k in stages.indices {
      let a = choose(stages[k].acceleration)
      q += dt * (v + 0.5 * dt * a)
      v += dt * a
      stages[k].acceleration = a
      stages[k].position = q
      stages[k].velocity = v
    }
  }

  /// The Newton steps along the horizon, by gains and feedforwards; `visit` sees each stage with its own.
  @inline(__always)
  func rollOutSteps(visit: (UnsafeMutablePointer<HorizonStage>) -> Void) {
    var (q, v) = (0.0, 0.0)
    for k in stages.indices {
      let stage = stages.baseAddress! + k
      let gain = stage.pointee.gain
      let a = -(gain.position * q + gain.velocity * v + stage.pointee.feedforward)
      q += dt * (v + 0.5 * dt * a)
      v += dt * a
      stage.pointee.accelerationStep = a
      stage.pointee.positionStep = q
      stage.pointee.velocityStep = v
      visit(stage)
    }
  }
}

extension JointQP.State {
  @inline(__always)
  static func + (left: Self, right: Self) -> Self {
    Self(position: left.position + right.position, velocity: left.velocity + right.velocity)
  }
}
