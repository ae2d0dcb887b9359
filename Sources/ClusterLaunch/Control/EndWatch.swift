import ControlCluster

/// Sees that a cluster that is looked at has ended, and finds out why.
public final class EndWatch {
  /// What has ended is not kept in memory.
  private var segment: Segment?
  private let run: RunDirectory?
  /// When the end was seen.
  private var endedAt: UInt64?
  /// Why it has ended, once it has; what is known of it at first, while its launcher has not written it down.
  public private(set) var reason: String?
  /// Whether nothing more will be known.
  public private(set) var isFinal = false

  /// How long the launcher may take to write down why the run has ended, ns.
  private static let summaryDelay: UInt64 = 10_000_000_000

  public init(_ running: RunningCluster) {
    segment = running.segment
    // Its launcher is asked where it is, and will not answer then.
    run = running.run?.directory
  }

  /// Whether there is nothing to look at any more. Asked before a reading: the last one is that of after the last step.
  public var hasEnded: Bool {
    if let segment, segment.phase == .closed || !segment.server.isAlive {
      endedAt = System.monotonicNanoseconds
      self.segment = nil
    }
    return endedAt != nil
  }

  /// Looks for the reason of the end.
  public func findReason() {
    guard let endedAt, !isFinal else { return }
    let waited = System.monotonicNanoseconds - endedAt
    guard run == nil || run?.isRunning == false || waited > Self.summaryDelay else {
      reason = "its processes end"
      return
    }
    isFinal = true
    reason =
      run?.summary.map { summary in
        summary.reason ?? (summary.status == 0 ? "the run is over" : "with status \(summary.status)")
      } ?? "its server is gone"
  }
}
