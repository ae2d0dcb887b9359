import ControlCluster

/// A step of a run, as people and programs name it.
public struct ReplayMoment: Sendable, Equatable {
  /// Steps that had ended before it.
  public var step: Int
  /// Simulated time at its start, s from that of the run.
  public var time: Double

  public init(step: Int, time: Double) { (self.step, self.time) = (step, time) }

  public var text: String { "step \(Quantity.thousands(step)) (\(Quantity.fixed(time, 3)) s)" }
}
