/// One joint of the stub's robots: a rotor behind an impedance controller, between hard stops.
struct JointModel: Sendable, Equatable {
  var name: String
  /// rad or m
  var homing: Double
  /// Hard stops, rad or m; infinite where there is none.
  var lower: Double
  var upper: Double
  /// rad/s or m/s
  var velocityLimit: Double
  /// N·m or N
  var effortLimit: Double
  /// N·m/rad or N/m
  var stiffness: Double
  /// N·m·s/rad or N·s/m
  var damping: Double
  /// kg·m² or kg
  var inertia: Double

  /// The defaults make a stiff, overdamped joint (32 rad/s, damping ratio 1.6) of a leg's or an arm's size. They are
  /// stable up to a step of 18 ms, nine times the usual 2 ms, whatever the joint: a prismatic one reads them in N/m, kg.
  init(
    name: String, homing: Double = 0, lower: Double = -.infinity, upper: Double = .infinity,
    velocityLimit: Double = .infinity, effortLimit: Double = .infinity, stiffness: Double = 100, damping: Double = 10,
    inertia: Double = 0.1
  ) {
    self.name = name
    self.homing = homing
    self.lower = lower
    self.upper = upper
    self.velocityLimit = velocityLimit
    self.effortLimit = effortLimit
    self.stiffness = stiffness
    self.damping = damping
    self.inertia = inertia
  }

  /// k dt²/I + 2 d dt/I, which has to stay below 4.
  ///
  /// With w = k dt²/I and c = d dt/I the semi-implicit Euler step of the free joint has the characteristic polynomial
  /// z² − (2 − w − c) z + (1 − c). Jury's conditions for roots inside the unit circle are c > 0 with c < 2, w > 0, and
  /// w + 2 c < 4, which implies c < 2.
  func stabilityNumber(dt: Double) -> Double { (stiffness * dt + 2 * damping) * dt / inertia }

  /// - Throws: ``DynamicsError`` naming the joint and what is wrong with it.
  func validate(dt: Double) throws(DynamicsError) {
    for (what, value) in [("stiffness", stiffness), ("damping", damping), ("inertia", inertia)]
    where !(value.isFinite && value > 0) {
      throw DynamicsError(description: "joint '\(name)': a \(what) of \(value) is not positive")
    }
    guard stabilityNumber(dt: dt) < 4 else {
      throw DynamicsError(
        description: """
          joint '\(name)': stiffness \(stiffness), damping \(damping) and inertia \(inertia) are unstable at a \
          simulation_dt of \(dt) s: stiffness dt²/inertia + 2 damping dt/inertia is \
          \(stabilityNumber(dt: dt)) and must be below 4; lower the gains or the step, or raise the inertia
          """)
    }
  }
}

/// Why the stub's robots cannot be simulated, in words.
struct DynamicsError: Error, Equatable, CustomStringConvertible {
  let description: String
}
