import ControlCluster

/// N equal robots, joint by joint: what the stub simulates in place of physics.
///
/// Each joint is a rotor that its impedance controller drives,
///
///     τ = clamp(k (q_cmd − q) + d (v_cmd − v) + τ_cmd, ±τ_max)        v̇ = τ / I
///
/// integrated by semi-implicit Euler (the velocity first, then the position with the new velocity), with the velocity
/// limited and the position stopped dead at its hard stops. Gravity, coupling and the base's motion are left out: a
/// robot stands still at its height, its weight shared equally by its contacts.
///
/// All arrays are robot-major, `[robots × joints]`, and allocated once; a step allocates nothing.
final class RobotDynamics {
  typealias Column = UnsafeMutableBufferPointer<Double>

  let robots: Int
  let joints: [JointModel]
  /// s
  let dt: Double

  /// Measured: rad, rad/s, rad/s², N·m (or m, …).
  let position: Column
  let velocity: Column
  let acceleration: Column
  let effort: Column
  /// Commanded, and held until they are written again.
  let positionCommand: Column
  let velocityCommand: Column
  let effortCommand: Column

  /// All robots start at rest at their homing, commanded to stay there.
  /// - Throws: ``DynamicsError`` when a joint's gains are unstable at this step, or make no sense.
  init(robots: Int, joints: [JointModel], dt: Double) throws(DynamicsError) {
    for joint in joints { try joint.validate(dt: dt) }
    self.robots = robots
    self.joints = joints
    self.dt = dt
    func zeros() -> Column {
      let column = Column.allocate(capacity: robots * joints.count)
      column.initialize(repeating: 0)
      return column
    }
    position = zeros()
    velocity = zeros()
    acceleration = zeros()
    effort = zeros()
    positionCommand = zeros()
    velocityCommand = zeros()
    effortCommand = zeros()
    for index in position.indices {
      position[index] = joints[index % joints.count].homing
      positionCommand[index] = position[index]
    }
  }

  deinit {
    for column in [position, velocity, acceleration, effort, positionCommand, velocityCommand, effortCommand] {
      column.deallocate()
    }
  }

  /// Moves every joint by a uniformly random angle of at most `amplitude` (rad or m), inside its hard stops. The same
  /// seed gives the same robots.
  func perturb(by amplitude: Double, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for index in position.indices {
      let joint = joints[index % joints.count]
      let moved = position[index] + .random(in: -amplitude...amplitude, using: &random)
      position[index] = min(max(moved, joint.lower), joint.upper)
    }
  }

  /// Advances all robots by `dt`.
  func step() {
    var index = 0
    for _ in 0..<robots {
      for joint in joints {
        let (q, v) = (position[index], velocity[index])
        let demanded =
          joint.stiffness * (positionCommand[index] - q) + joint.damping * (velocityCommand[index] - v)
          + effortCommand[index]
        let torque = min(max(demanded, -joint.effortLimit), joint.effortLimit)
        var after = min(max(v + dt * torque / joint.inertia, -joint.velocityLimit), joint.velocityLimit)
        var reached = q + dt * after
        if reached <= joint.lower {
          reached = joint.lower
          after = max(after, 0)
        } else if reached >= joint.upper {
          reached = joint.upper
          after = min(after, 0)
        }
        position[index] = reached
        velocity[index] = after
        // What the joint did, so that a stop or a limit shows in the measurement.
        acceleration[index] = (after - v) / dt
        effort[index] = torque
        index += 1
      }
    }
  }

  /// How far all joints are from their homing; rad or m.
  func trackingError() -> TrackingError {
    var error = TrackingError()
    var squares = 0.0
    for index in position.indices {
      let deviation = abs(position[index] - joints[index % joints.count].homing)
      squares += deviation * deviation
      // A joint that is lost (NaN) is the worst of all; nothing compares above it.
      if deviation > error.maximum || deviation.isNaN {
        error.maximum = deviation
        error.robot = index / joints.count
        error.joint = index % joints.count
      }
    }
    if !position.isEmpty { error.rootMeanSquare = (squares / Double(position.count)).squareRoot() }
    return error
  }
}

/// How far robots are from their homing, over all joints; rad or m.
struct TrackingError: Equatable {
  var maximum = 0.0
  var rootMeanSquare = 0.0
  /// Where the maximum is.
  var robot = 0
  var joint = 0
}

/// The static contact forces of a standing robot.
enum Standing {
  /// Standard gravity, m/s², to the three digits that robotics uses.
  static let gravity = 9.81

  /// The force on each contact along the world's z, N: an equal share of the weight; 0 for a fixed base.
  static func verticalForce(mass: Double, contacts: Int, hasFloatingBase: Bool) -> Double {
    hasFloatingBase && contacts > 0 ? mass * gravity / Double(contacts) : 0
  }
}
