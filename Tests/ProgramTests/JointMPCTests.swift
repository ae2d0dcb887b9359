import ControlCluster
import Testing

@testable import ccluster_controller
@testable import ccluster_simulator

@Suite("JointMPC")
struct JointMPCTests {
  /// Solves one joint and returns its accelerations, without the last node's.
  private func accelerations(
    nodes: Int, dt: Double, weights: MPCWeights, limits: MotionLimits, start: (q: Double, v: Double),
    reference: (q: Double, v: Double)
  ) throws -> (u: [Double], mpc: JointMPC) {
    let mpc = try JointMPC(nodes: nodes, dt: dt, weights: weights, limits: [limits])
    try mpc.solve(
      position: [start.q], velocity: [start.v], positionReference: [reference.q], velocityReference: [reference.v])
    return (Array(mpc.acceleration.dropLast()), mpc)
  }

  @Test("without limits the solution is that of the dense normal equations", arguments: [2, 3, 7, 31])
  func unconstrained(nodes: Int) throws {
    var random = SplitMix64(seed: UInt64(nodes))
    for _ in 0..<20 {
      let weights = MPCWeights(
        position: .random(in: 0...2, using: &random), velocity: .random(in: 0...1, using: &random),
        acceleration: .random(in: 1e-4...1e-1, using: &random), terminalPosition: .random(in: 0...20, using: &random),
        terminalVelocity: .random(in: 0...2, using: &random))
      let start = (q: Double.random(in: -1...1, using: &random), v: Double.random(in: -3...3, using: &random))
      let reference = (q: Double.random(in: -1...1, using: &random), v: Double.random(in: -1...1, using: &random))
      let (u, mpc) = try accelerations(
        nodes: nodes, dt: 0.04, weights: weights, limits: MotionLimits(), start: start, reference: reference)
      let dense = DenseQP(
        intervals: nodes - 1, dt: 0.04, weights: weights, limits: MotionLimits(), start: start, reference: reference)
      for (found, expected) in zip(u, dense.unconstrained) {
        #expect(abs(found - expected) <= 1e-8 * max(1, abs(expected)))
      }
      #expect(abs(mpc.cost - dense.cost(u)) <= 1e-9 * max(1, mpc.cost))
      #expect(mpc.iterations == 1)
      #expect(mpc.converged)
    }
  }

  @Test("with limits the solution is that of a dense dual method, and its cost meets the dual bound")
  func constrained() throws {
    var constrainedCases = 0
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = SplitMix64(seed: seed)
      let nodes = Int.random(in: 2...7, using: &random)
      let dt = Double.random(in: 0.03...0.1, using: &random)
      let weights = MPCWeights(
        position: .random(in: 0.2...2, using: &random), velocity: .random(in: 0.001...0.01, using: &random),
        acceleration: .random(in: 1e-3...1e-2, using: &random))
      let limits = MotionLimits(
        lower: -0.5, upper: 0.5, velocity: .random(in: 0.3...0.8, using: &random),
        acceleration: .random(in: 2...6, using: &random))
      // Inside, and able to brake before the limits, so that the hard problem has a solution.
      let start = (q: Double.random(in: -0.4...0.4, using: &random), v: Double.random(in: -0.25...0.25, using: &random))
      let reference = (q: Double.random(in: -1...1, using: &random), v: Double.random(in: -1...1, using: &random))
      let (u, mpc) = try accelerations(
        nodes: nodes, dt: dt, weights: weights, limits: limits, start: start, reference: reference)
      let dense = DenseQP(
        intervals: nodes - 1, dt: dt, weights: weights, limits: limits, start: start, reference: reference)
      let expected = dense.constrained()
      #expect(dense.violation(expected.u) < 1e-8, "the reference itself, seed \(seed)")
      for (found, expected) in zip(u, expected.u) { #expect(abs(found - expected) <= 1e-4, "seed \(seed)") }
      #expect(dense.violation(u) <= 1e-6, "seed \(seed)")
      #expect(abs(dense.cost(u) - expected.dual) <= 1e-7, "seed \(seed)")
      #expect(mpc.converged, "seed \(seed)")
      #expect(mpc.violation <= 1e-6, "seed \(seed)")
      if mpc.iterations > 1 { constrainedCases += 1 }
    }
    #expect(constrainedCases >= 20, "the cases have to reach the limits")
  }

  @Test("the KKT conditions hold where accelerations are at their limits")
  func karushKuhnTucker() throws {
    for seed in 1...30 as ClosedRange<UInt64> {
      var random = SplitMix64(seed: seed)
      let weights = MPCWeights(velocity: 0.01, acceleration: 1e-4)
      let limits = MotionLimits(acceleration: 20)
      let start = (q: Double.random(in: 1...2, using: &random), v: Double.random(in: -5...5, using: &random))
      let (u, mpc) = try accelerations(
        nodes: 31, dt: 0.04, weights: weights, limits: limits, start: start, reference: (0, 0))
      let gradient = DenseQP(
        intervals: 30, dt: 0.04, weights: weights, limits: limits, start: start, reference: (0, 0)
      ).gradient(u)
      #expect(mpc.converged, "seed \(seed)")
      var active = 0
      for (a, slope) in zip(u, gradient) {
        #expect(abs(a) <= 20)
        // Stationary inside; at a limit the cost must rise inwards.
        if a > 20 - 1e-4 {
          #expect(slope < 1e-6)
          active += 1
        } else if a < -20 + 1e-4 {
          #expect(slope > -1e-6)
          active += 1
        } else {
          #expect(abs(slope) < 1e-6, "seed \(seed)")
        }
      }
      #expect(active > 0, "seed \(seed)")
    }
  }

  @Test("a state outside its limits is brought back as fast as the acceleration limit allows")
  func infeasibleStart() throws {
    let limits = MotionLimits(lower: -1, upper: 1, velocity: 2, acceleration: 10)
    let (_, mpc) = try accelerations(
      nodes: 31, dt: 0.04, weights: MPCWeights(), limits: limits, start: (1.3, 1.0), reference: (0.9, 0))
    #expect(mpc.converged)
    #expect(abs(mpc.acceleration[0] + 10) < 1e-6)
    #expect(abs(mpc.nodeViolation[0] - 0.3) < 1e-12)
    #expect(mpc.violation > 0.3)
    #expect(mpc.position[30] <= 1 + 1e-6)
    let after = try #require(mpc.nodeViolation.firstIndex { $0 < 1e-6 })
    #expect(mpc.nodeViolation[after...].allSatisfy { $0 < 1e-6 }, "once inside it stays inside")
  }

  /// Large forces leave rounding errors above what was once asked for: iterations went on behind the solution, and spoilt it.
  @Test(
    "far outside the limits, where forces are large, it comes to its end",
    arguments: [
      (11, 0.1, (0.3038400973, 52.8035150502), (0.6971890362961544, 1.9780876925268478), (0.8418731010, -0.6856898138)),
      (11, 0.1, (0.3234311566, 37.6255929998), (0.6987518544222666, 3.193620929951784), (0.2205528411, 0.8959285072)),
    ])
  func largeForces(
    nodes: Int, dt: Double, most: (velocity: Double, acceleration: Double), start: (q: Double, v: Double),
    reference: (q: Double, v: Double)
  ) throws {
    let limits = MotionLimits(lower: -0.5, upper: 0.5, velocity: most.velocity, acceleration: most.acceleration)
    let (_, mpc) = try accelerations(
      nodes: nodes, dt: dt, weights: MPCWeights(), limits: limits, start: start, reference: reference)
    #expect(mpc.converged)
    #expect(mpc.iterations < 30)
  }

  @Test("a velocity beyond its limit is reduced at the acceleration limit")
  func tooFast() throws {
    let limits = MotionLimits(velocity: 2, acceleration: 10)
    let (u, mpc) = try accelerations(
      nodes: 31, dt: 0.04, weights: MPCWeights(), limits: limits, start: (-3, 3), reference: (0, 0))
    #expect(mpc.converged)
    #expect(abs(u[0] + 10) < 1e-6)
    #expect(abs(u[1] + 10) < 1e-6)
    #expect(abs(mpc.velocity[3] - 2) < 1e-6)
    #expect(mpc.nodeViolation[3...].allSatisfy { $0 < 1e-6 })
  }

  @Test("a reference on or beyond a limit is approached without crossing the limit", arguments: [1.0, 1.5])
  func referenceOnLimit(reference: Double) throws {
    let limits = MotionLimits(lower: -1, upper: 1, velocity: 4, acceleration: 50)
    let (_, mpc) = try accelerations(
      nodes: 31, dt: 0.04, weights: MPCWeights(), limits: limits, start: (0.5, 2), reference: (reference, 0))
    #expect(mpc.converged)
    #expect(mpc.violation < 1e-6)
    #expect(abs(mpc.position[30] - 1) < 0.02)
  }

  @Test("limits that leave a joint no room still give a finite answer")
  func noRoom() throws {
    let limits = MotionLimits(lower: 0.2, upper: 0.2, velocity: 1, acceleration: 50)
    let (u, mpc) = try accelerations(
      nodes: 11, dt: 0.04, weights: MPCWeights(), limits: limits, start: (0.2, 0.3), reference: (0, 0))
    #expect(u.allSatisfy { $0.isFinite })
    #expect(abs(mpc.position[10] - 0.2) < 1e-3)
  }

  @Test("many joints are solved as if each were alone, whatever was solved before")
  func independence() throws {
    var random = SplitMix64(seed: 7)
    let limits = (0..<5).map { _ in
      MotionLimits(lower: -1, upper: 1, velocity: .random(in: 1...3, using: &random), acceleration: 20)
    }
    let q = (0..<5).map { _ in Double.random(in: -1...1, using: &random) }
    let v = (0..<5).map { _ in Double.random(in: -2...2, using: &random) }
    let zeros = [Double](repeating: 0, count: 5)
    let together = try JointMPC(nodes: 9, dt: 0.05, weights: MPCWeights(), limits: limits)
    try together.solve(position: v, velocity: q, positionReference: q, velocityReference: zeros)
    try together.solve(position: q, velocity: v, positionReference: zeros, velocityReference: zeros)
    var cost = 0.0
    for joint in 0..<5 {
      let alone = try JointMPC(nodes: 9, dt: 0.05, weights: MPCWeights(), limits: [limits[joint]])
      try alone.solve(position: [q[joint]], velocity: [v[joint]], positionReference: [0], velocityReference: [0])
      for node in 0..<9 {
        #expect(alone.position[node] == together.position[node * 5 + joint])
        #expect(alone.acceleration[node] == together.acceleration[node * 5 + joint])
      }
      cost += alone.cost
    }
    #expect(abs(cost - together.cost) < 1e-12 * max(1, cost))
    #expect(together.nodeCost.reduce(0, +) == together.cost)
  }

  /// Limits hold at the nodes, so that a controller that acts more often than once a node sees them exceeded in
  /// between, by at most what braking over a part of an interval makes up: ½ a_max (h/2)².
  @Test(
    "applied to its own model it converges to the reference and keeps every limit",
    arguments: [(0.04, 1e-6), (0.02, 0.01)])
  func ownModel(step: Double, tolerance: Double) throws {
    let limits = MotionLimits(lower: -0.5, upper: 1.2, velocity: 1.5, acceleration: 50)
    let mpc = try JointMPC(nodes: 31, dt: 0.04, weights: MPCWeights(), limits: [limits])
    var (q, v) = (-0.5, 0.0)
    for _ in 0..<500 {
      try mpc.solve(position: [q], velocity: [v], positionReference: [1.2], velocityReference: [0])
      #expect(mpc.converged)
      (q, v, _) = mpc.state(of: 0, after: step)
      #expect(limits.violation(position: q, velocity: v) <= tolerance)
    }
    #expect(abs(q - 1.2) < 1e-6)
    #expect(abs(v) < 1e-6)
  }

  @Test("between nodes the state follows the interval's parabola, and stays at the last node behind the horizon")
  func interpolation() throws {
    let (_, mpc) = try accelerations(
      nodes: 4, dt: 0.1, weights: MPCWeights(), limits: MotionLimits(), start: (1, 0.5), reference: (0, 0))
    for node in 0..<4 {
      let state = mpc.state(of: 0, after: 0.1 * Double(node))
      #expect(abs(state.position - mpc.position[node]) < 1e-12)
      #expect(abs(state.velocity - mpc.velocity[node]) < 1e-12)
    }
    let between = mpc.state(of: 0, after: 0.14)
    let (q, v, a) = (mpc.position[1], mpc.velocity[1], mpc.acceleration[1])
    #expect(abs(between.position - (q + 0.04 * v + 0.0008 * a)) < 1e-12)
    #expect(abs(between.velocity - (v + 0.04 * a)) < 1e-12)
    #expect(between.acceleration == a)
    let behind = mpc.state(of: 0, after: 9)
    #expect(behind.position == mpc.position[3] && behind.velocity == mpc.velocity[3])
  }

  @Test("silly weights, times and limits give finite answers inside the acceleration limit")
  func sillyNumbers() throws {
    let extremes = [0, 1e-12, 1, 1e12]
    for position in extremes {
      for velocity in extremes {
        for acceleration in [1e-12, 1, 1e12] {
          for dt in [1e-4, 0.04, 5] {
            let limits = MotionLimits(lower: -1, upper: 1, velocity: 1, acceleration: 30)
            let weights = MPCWeights(position: position, velocity: velocity, acceleration: acceleration)
            let (u, mpc) = try accelerations(
              nodes: 6, dt: dt, weights: weights, limits: limits, start: (0.8, 3), reference: (2, -1))
            #expect(u.allSatisfy { abs($0) <= 30 }, "\(weights) dt \(dt)")
            #expect(mpc.position.allSatisfy { $0.isFinite } && mpc.cost.isFinite, "\(weights) dt \(dt)")
          }
        }
      }
    }
  }

  @Test("a problem that makes no sense is refused in words")
  func refused() {
    #expect(throws: MPCError.invalid("a horizon of 1 nodes has no interval to act in")) {
      _ = try JointMPC(nodes: 1, dt: 0.1, weights: MPCWeights(), limits: [])
    }
    #expect(throws: MPCError.invalid("a horizon dt of 0.0 s is not positive")) {
      _ = try JointMPC(nodes: 2, dt: 0, weights: MPCWeights(), limits: [])
    }
    #expect(throws: MPCError.invalid("weight 'q' is -1.0; it must be a number that is not negative")) {
      _ = try JointMPC(nodes: 2, dt: 0.1, weights: MPCWeights(position: -1), limits: [])
    }
    #expect(
      throws: MPCError.invalid("weight 'a' is 0.0; it must be positive, or the best trajectory is not unique")
    ) {
      _ = try JointMPC(nodes: 2, dt: 0.1, weights: MPCWeights(acceleration: 0), limits: [])
    }
    #expect(throws: MPCError.invalid("joint 0 has position limits [1.0, -1.0]")) {
      _ = try JointMPC(nodes: 2, dt: 0.1, weights: MPCWeights(), limits: [MotionLimits(lower: 1, upper: -1)])
    }
  }

  @Test("a state that is not finite is refused, and the results stay those of the solve before")
  func notFinite() throws {
    let (_, mpc) = try accelerations(
      nodes: 4, dt: 0.1, weights: MPCWeights(), limits: MotionLimits(), start: (1, 0), reference: (0, 0))
    let before = Array(mpc.position)
    #expect(throws: MPCError.notFinite(quantity: "measured velocity", joint: 0, value: .infinity)) {
      try mpc.solve(position: [0], velocity: [.infinity], positionReference: [0], velocityReference: [0])
    }
    #expect(Array(mpc.position) == before)
  }
}
