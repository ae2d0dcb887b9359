import ControlCluster

/// What `controllers.parameters` may say to the reference controller. All of it is optional.
///
/// ```yaml
/// parameters:
///   weights: {q: 1.0, v: 0.05, a: 0.001, terminal_q: 10.0, terminal_v: 0.5}   # see MPCWeights
///   acceleration_limit: 50.0      # rad/s² or m/s², of every joint
///   inertia: 0.1                  # kg·m² or kg: feeds inertia × acceleration forward as joint_effort
///   fail_at: {controller: 3, step: 100}                 # fault injection, for tests
///   delay: {controller: 2, step: 50, seconds: 1.5}
/// ```
struct ReferenceParameters: Equatable {
  var weights: MPCWeights
  /// rad/s² or m/s²
  var accelerationLimit: Double
  /// kg·m² or kg; 0 commands no effort.
  var inertia: Double
  /// A solve that throws.
  var failure: Fault?
  /// A solve that takes longer.
  var delay: Fault?

  /// Fault injection: what one controller does in one of its solves, so that tests can see what the others do.
  struct Fault: Equatable {
    /// A slot.
    var controller: Int
    /// Which solve of the controller's process, from 0.
    var step: Int
    /// s
    var seconds: Double = 0
  }

  /// - Throws: `parameter`, for a key that is not known or a value that makes no sense.
  init(_ parameters: JSONValue) throws(ClusterError) {
    let reader = try ParameterReader(
      parameters, path: "controllers.parameters",
      keys: ["weights", "acceleration_limit", "inertia", "fail_at", "delay"])
    let weights = try reader.section("weights", keys: ["q", "v", "a", "terminal_q", "terminal_v"])
    let standard = MPCWeights()
    self.weights = try MPCWeights(
      position: weights.number("q", .notNegative) ?? standard.position,
      velocity: weights.number("v", .notNegative) ?? standard.velocity,
      acceleration: weights.number("a", .positive) ?? standard.acceleration,
      terminalPosition: weights.number("terminal_q", .notNegative),
      terminalVelocity: weights.number("terminal_v", .notNegative))
    accelerationLimit = try reader.number("acceleration_limit", .positive) ?? 50
    inertia = try reader.number("inertia", .notNegative) ?? 0
    failure = try Self.fault(reader, "fail_at", keys: ["controller", "step"])
    delay = try Self.fault(reader, "delay", keys: ["controller", "step", "seconds"])
  }

  private static func fault(_ reader: ParameterReader, _ key: String, keys: [String]) throws(ClusterError) -> Fault? {
    guard reader.contains(key) else { return nil }
    let section = try reader.section(key, keys: keys)
    var fault = Fault(
      controller: try section.require(try section.count("controller"), "controller"),
      step: try section.require(try section.count("step"), "step"))
    if keys.contains("seconds") {
      fault.seconds = try section.require(try section.number("seconds", .notNegative), "seconds")
    }
    return fault
  }
}
