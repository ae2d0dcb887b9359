/// How a step went. Which slots these are says ``ControlClusterClient/outcome(of:)``, and what their rows hold
/// ``ControlClusterClient/rows(of:)``.
public struct StepReport: Sendable, Equatable {
  public var generation: UInt32
  /// Slots that took part.
  public var participants: Int
  public var solved: Int
  public var failed: Int
  /// Slots whose process died during the step.
  public var died: Int
  /// Slots that did not answer within `solve_timeout`, or that of the call.
  public var late: Int
  /// s, from `trigger()` until the last slot was settled.
  public var duration: Double

  public var allSolved: Bool { solved == participants }
}
