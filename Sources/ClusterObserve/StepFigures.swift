import ControlCluster

/// What people want to know of a run at a glance: how fast it goes, how long a step takes, who does not take part.
public struct StepFigures: Sendable, Equatable {
  public var steps: Int
  /// Steps a second, since the last reading, or since the first step.
  public var rate: Double
  /// Simulated seconds a second.
  public var realTimeFactor: Double
  /// s, over the last 512 steps; 0 without any.
  public var median: Double
  public var p99: Double
  /// Controllers that take no part: failed, dead, or late.
  public var failed: Int
  public var dead: Int
  public var late: Int

  /// Of a run that was looked at before.
  public init(
    steps: Int, rate: Double, realTimeFactor: Double, median: Double, p99: Double, failed: Int, dead: Int, late: Int
  ) {
    (self.steps, self.rate, self.realTimeFactor, self.median, self.p99) = (steps, rate, realTimeFactor, median, p99)
    (self.failed, self.dead, self.late) = (failed, dead, late)
  }

  /// - Parameters:
  ///   - segment: an attached cluster.
  ///   - previous: an earlier reading with the time it was taken at (CLOCK_MONOTONIC, ns), to get the rate in between.
  ///   - now: CLOCK_MONOTONIC, ns.
  public init(_ segment: Segment, since previous: (steps: Int, at: UInt64)? = nil, now: UInt64) {
    let snapshot = segment.stepSnapshot()
    steps = snapshot.steps
    let times = snapshot.stepTimes.sorted()
    median = Self.percentile(times, 0.5)
    p99 = Self.percentile(times, 0.99)
    let span: Double
    let count: Int
    if let previous {
      span = Double(now - previous.at) * 1e-9
      count = snapshot.steps - previous.steps
    } else {
      // From the first step's start to the last one's: a period less than there are steps.
      count = max(0, snapshot.steps - 1)
      let end = Double(snapshot.lastStepAt &- snapshot.firstStepAt) * 1e-9
      span = count > 0 ? end - (snapshot.stepTimes.last ?? 0) : 0
    }
    rate = span > 0 ? Double(count) / span : 0
    realTimeFactor = rate * segment.cluster.timing.clusterDt
    let slots = (0..<segment.layout.slots).map(segment.slotSnapshot)
    failed = slots.count { $0.state == .failed }
    dead = slots.count { $0.state == .dead }
    late = slots.count(where: \.isLate)
  }

  /// Nearest rank. `sorted` in ascending order.
  static func percentile(_ sorted: [Double], _ fraction: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, max(0, Int((fraction * Double(sorted.count)).rounded(.up)) - 1))]
  }
}
