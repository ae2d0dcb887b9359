/// The programs that come with ccluster, by the names that a config has for them.
public enum BuiltInProgram: String, Sendable, CaseIterable {
  /// The controller that tracks joint references.
  case reference
  /// The simulator with joint dynamics.
  case stub

  /// What the program's `parameters` may hold: nothing else.
  public var parameters: [Parameter] {
    switch self {
    case .reference: Self.referenceParameters
    case .stub: Self.stubParameters
    }
  }

  private static let referenceParameters: [Parameter] = [
    .init("weights", .section(weights), .meaning("its defaults"), "Weights of the quadratic cost of each joint."),
    .init(
      "acceleration_limit", .number(.positive), unit: "rad/s^2 or m/s^2", .value(50),
      "Highest acceleration that is planned, of every joint."),
    .init(
      "inertia", .number(.notNegative), unit: "kg*m^2 or kg", .value(0),
      "Feeds inertia times acceleration forward as joint_effort; 0 commands no effort."),
    .init(
      "fail_at", .section(fault), .meaning("never"), "A solve that one controller fails, so that tests see the others."),
    .init(
      "delay",
      .section(fault + [.init("seconds", .number(.notNegative), unit: "s", .required, "How much longer it takes.")]),
      .meaning("never"), "A solve that takes one controller longer, so that tests see the others."),
  ]

  private static let weights: [Parameter] = [
    .init("q", .number(.notNegative), unit: "1/rad^2", .value(1), "Of position errors."),
    .init("v", .number(.notNegative), unit: "1/(rad/s)^2", .value(0.05), "Of velocity errors."),
    .init("a", .number(.positive), unit: "1/(rad/s^2)^2", .value(0.001), "Of accelerations."),
    .init(
      "terminal_q", .number(.notNegative), unit: "1/rad^2", .meaning("10 × q"),
      "Of the position error at the last node."),
    .init(
      "terminal_v", .number(.notNegative), unit: "1/(rad/s)^2", .meaning("10 × v"),
      "Of the velocity error at the last node."),
  ]

  private static let fault: [Parameter] = [
    .init("controller", .count, unit: "index", .required, "Which controller."),
    .init("step", .count, unit: "index", .required, "Which solve of its process, from 0."),
  ]

  private static let stubParameters: [Parameter] = [
    .init(
      "stiffness", .perJoint, unit: "N*m/rad or N/m", .value(100), "Of the position control that follows the commands."),
    .init(
      "damping", .perJoint, unit: "N*m*s/rad or N*s/m", .value(10), "Of the velocity control that follows the commands."
    ),
    .init("inertia", .perJoint, unit: "kg*m^2 or kg", .value(0.1), "Of each joint by itself."),
    .init(
      "perturbation", .number(.notNegative), unit: "rad or m", .value(0.1),
      "How far from homing the joints start, at most."),
    .init("seed", .count, unit: "1", .value(0), "Of the random start."),
    .init("standing_height", .number(.any), unit: "m", .value(0.5), "Height of a floating base."),
    .init(
      "tolerance", .number(.notNegative), unit: "rad or m", .meaning("any error"),
      "The simulator ends with status 3 when a joint ends further from homing."),
    .init(
      "report", .choice(["text", "json"]), .meaning("text"),
      "How the run is summed up; CCLUSTER_REPORT in the environment has the last word."),
  ]
}
