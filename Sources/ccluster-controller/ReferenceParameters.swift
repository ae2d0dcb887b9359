import BuiltInPrograms
import ControlCluster

/// What `controllers.parameters` says to the reference controller, as `BuiltInProgram.reference` declares it.
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
      parameters, path: "controllers.parameters", declared: BuiltInProgram.reference.parameters)
    let weights = try reader.section("weights")
    self.weights = try MPCWeights(
      position: weights.decided("q"), velocity: weights.decided("v"), acceleration: weights.decided("a"),
      terminalPosition: weights.number("terminal_q"), terminalVelocity: weights.number("terminal_v"))
    accelerationLimit = try reader.decided("acceleration_limit")
    inertia = try reader.decided("inertia")
    failure = try Self.fault(reader, "fail_at", isDelay: false)
    delay = try Self.fault(reader, "delay", isDelay: true)
  }

  private static func fault(_ reader: ParameterReader, _ key: String, isDelay: Bool) throws(ClusterError) -> Fault? {
    guard reader.contains(key) else { return nil }
    let section = try reader.section(key)
    var fault = Fault(
      controller: try section.require(try section.count("controller"), "controller"),
      step: try section.require(try section.count("step"), "step"))
    if isDelay { fault.seconds = try section.decided("seconds") }
    return fault
  }
}
