import Testing

@testable import ccluster_simulator

@Suite("RobotDynamics")
struct RobotDynamicsTests {
  @Test("a joint follows a constant command without losing or gaining energy on the way")
  func convergence() throws {
    let joint = JointModel(name: "hip", stiffness: 100, damping: 3, inertia: 0.1)
    let robots = try RobotDynamics(robots: 1, joints: [joint], dt: 0.0005)
    robots.positionCommand[0] = 1
    // Stored energy: ½ k e² + ½ I v². The damper only takes; the integrator may add of the order of dt in between.
    var energy = 50.0
    var least = energy
    for _ in 0..<4000 {
      robots.step()
      let (e, v) = (robots.position[0] - 1, robots.velocity[0])
      energy = 0.5 * 100 * e * e + 0.5 * 0.1 * v * v
      #expect(energy <= least + 0.05 * 50)
      least = min(least, energy)
    }
    #expect(abs(robots.position[0] - 1) < 1e-9)
    #expect(abs(robots.velocity[0]) < 1e-9)
  }

  @Test("with little damping a joint swings at its natural frequency")
  func naturalFrequency() throws {
    let joint = JointModel(name: "hip", stiffness: 40, damping: 1e-9, inertia: 0.1)  // 20 rad/s
    let robots = try RobotDynamics(robots: 1, joints: [joint], dt: 1e-4)
    robots.positionCommand[0] = 1
    var crossings = 0
    for _ in 0..<31_416 {
      let before = robots.position[0]
      robots.step()
      if before < 1, robots.position[0] >= 1 { crossings += 1 }
    }
    #expect(crossings == 10)  // 3.1416 s · 20 rad/s / 2π
  }

  @Test("a joint that is commanded through its hard stop rests on it, and leaves it when commanded back")
  func hardStops() throws {
    let joint = JointModel(name: "knee", lower: -0.5, upper: 0.25)
    let robots = try RobotDynamics(robots: 1, joints: [joint], dt: 0.002)
    robots.positionCommand[0] = 3
    for _ in 0..<500 {
      robots.step()
      #expect(robots.position[0] <= 0.25)
    }
    #expect(robots.position[0] == 0.25)
    #expect(robots.velocity[0] == 0)
    #expect(robots.acceleration[0] == 0)
    #expect(robots.effort[0] > 0, "it still pushes")
    robots.positionCommand[0] = -3
    for _ in 0..<500 { robots.step() }
    #expect(robots.position[0] == -0.5)
    robots.positionCommand[0] = 0
    for _ in 0..<2000 { robots.step() }
    #expect(abs(robots.position[0]) < 1e-9)
  }

  @Test("effort and velocity keep their limits")
  func limits() throws {
    let joint = JointModel(name: "knee", velocityLimit: 1.5, effortLimit: 2)
    let robots = try RobotDynamics(robots: 1, joints: [joint], dt: 0.002)
    robots.positionCommand[0] = 100
    robots.effortCommand[0] = 50
    robots.step()
    #expect(robots.effort[0] == 2)
    #expect(abs(robots.acceleration[0] - 20) < 1e-9)
    for _ in 0..<500 { robots.step() }
    #expect(robots.velocity[0] == 1.5)
    #expect(robots.acceleration[0] == 0)
  }

  @Test("a commanded effort and velocity act as their terms say")
  func feedforward() throws {
    let joint = JointModel(name: "knee", stiffness: 10, damping: 2, inertia: 0.5)
    let robots = try RobotDynamics(robots: 2, joints: [joint], dt: 0.01)
    robots.effortCommand[1] = 0.25
    robots.velocityCommand[1] = 0.5
    robots.step()
    #expect(robots.velocity[0] == 0)
    #expect(abs(robots.effort[1] - 1.25) < 1e-12)
    #expect(abs(robots.velocity[1] - 0.025) < 1e-12)
    #expect(abs(robots.position[1] - 0.00025) < 1e-12)
  }

  @Test("gains beyond the stability bound are refused in words, and those just inside it converge")
  func stability() throws {
    let dt = 0.002
    // At the bound: stiffness dt²/I + 2 damping dt/I = 4.
    let critical = JointModel(name: "FL_hip", stiffness: 100, damping: (4 * 0.1 / dt - 100 * dt) / 2, inertia: 0.1)
    let error = #expect(throws: DynamicsError.self) {
      try RobotDynamics(robots: 1, joints: [critical], dt: dt)
    }
    #expect(error?.description.contains("joint 'FL_hip'") == true)
    #expect(error?.description.contains("must be below 4") == true)
    var inside = critical
    inside.damping *= 0.99
    let robots = try RobotDynamics(robots: 1, joints: [inside], dt: dt)
    robots.positionCommand[0] = 0.1
    for _ in 0..<20_000 { robots.step() }
    #expect(abs(robots.position[0] - 0.1) < 1e-6)
    // And the bound is not needlessly strict: the same joint beyond it, its check left out, runs away.
    var (q, v) = (0.0, 0.0)
    for _ in 0..<20_000 {
      v += dt * (100 * (0.1 - q) - critical.damping * 1.01 * v) / 0.1
      q += dt * v
    }
    #expect(!(abs(q) < 1e6))
  }

  @Test("a gain or inertia that is not positive is refused", arguments: [0, -1, .nan, .infinity] as [Double])
  func notPositive(value: Double) {
    for joint in [
      JointModel(name: "a", stiffness: value), JointModel(name: "a", damping: value),
      JointModel(name: "a", inertia: value),
    ] {
      #expect(throws: DynamicsError.self) { try RobotDynamics(robots: 1, joints: [joint], dt: 0.002) }
    }
  }

  @Test("the defaults are stable at every step up to 18 ms")
  func defaults() {
    #expect(throws: Never.self) { try JointModel(name: "a").validate(dt: 0.018) }
    #expect(throws: DynamicsError.self) { try JointModel(name: "a").validate(dt: 0.0184) }
  }

  @Test("the contact forces of a standing robot sum to its weight; a fixed base has none")
  func contacts() {
    for contacts in 1...8 {
      let force = Standing.verticalForce(mass: 15, contacts: contacts, hasFloatingBase: true)
      #expect(abs(force * Double(contacts) - 15 * 9.81) < 1e-9)
    }
    #expect(Standing.verticalForce(mass: 15, contacts: 4, hasFloatingBase: false) == 0)
    #expect(Standing.verticalForce(mass: 15, contacts: 0, hasFloatingBase: true) == 0)
  }

  @Test("the same seed gives the same robots, another seed others, all inside their stops")
  func determinism() throws {
    let joints = [JointModel(name: "a", homing: 0.3), JointModel(name: "b", homing: 0.05, lower: 0, upper: 0.1)]
    func positions(seed: UInt64) throws -> [Double] {
      let robots = try RobotDynamics(robots: 50, joints: joints, dt: 0.002)
      robots.perturb(by: 0.2, seed: seed)
      return Array(robots.position)
    }
    let first = try positions(seed: 1)
    #expect(try positions(seed: 1) == first)
    #expect(try positions(seed: 2) != first)
    for robot in 0..<50 {
      #expect(abs(first[2 * robot] - 0.3) <= 0.2)
      #expect((0...0.1).contains(first[2 * robot + 1]))
    }
    #expect(first.contains(0) && first.contains(0.1), "the amplitude is more than the stops leave")
    #expect(Set(first).count > 50)
  }

  @Test("the tracking error names the worst joint and robot")
  func trackingError() throws {
    let robots = try RobotDynamics(
      robots: 3, joints: [JointModel(name: "a"), JointModel(name: "b", homing: 1)], dt: 0.002)
    #expect(robots.trackingError() == TrackingError())
    robots.position[3] = 0.4  // robot 1, joint b
    robots.position[4] = 0.3  // robot 2, joint a
    let error = robots.trackingError()
    #expect(abs(error.maximum - 0.6) < 1e-12)
    #expect(error.robot == 1 && error.joint == 1)
    #expect(abs(error.rootMeanSquare - (0.45 / 6).squareRoot()) < 1e-12)
    robots.position[0] = .nan
    #expect(robots.trackingError().maximum.isNaN, "a joint that is lost is no small error")
  }
}
