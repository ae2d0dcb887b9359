/// What all steps and solves of a cluster come to so far.
public struct StepTotals: Sendable, Equatable {
  public var steps: UInt64
  /// Of all steps together, ns.
  public var nanoseconds: UInt64
  /// Simulation time, ns.
  public var simulatedNanoseconds: UInt64
  /// How the slots that took part in the steps stood at their ends.
  public var solved: UInt64
  public var failed: UInt64
  public var died: UInt64
  public var late: UInt64
  /// Steps, by ``DurationBuckets``.
  public var stepDurations: [UInt64]
  /// Solves that have succeeded, of all controllers, by ``DurationBuckets``.
  public var solveDurations: [UInt64]
}
