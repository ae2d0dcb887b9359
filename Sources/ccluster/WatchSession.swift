import ClusterLaunch
import ClusterObserve
import ControlCluster

/// `ccluster watch` on a terminal.
final class WatchSession: ScreenProgram {
  private let segment: Segment
  private let reader: ValueReader
  private let watch: EndWatch
  private let loop: ScreenLoop
  private var model: WatchModel { didSet { isDrawn = false } }
  var isDrawn = false
  /// Between two looks, ns.
  private let period: UInt64
  /// s that a look may wait for a step to end, so that keys are not waited for.
  private let patience: Double
  private var nextLook: UInt64 = 0
  private let deadline: UInt64
  private var previous: (steps: Int, at: UInt64)

  /// How long the rate of the steps is taken over, ns.
  private static let rateSpan: UInt64 = 1_000_000_000

  /// - Parameter duration: s
  init(_ running: RunningCluster, _ reader: ValueReader, hz: Double, duration: Double) throws(ClusterError) {
    segment = running.segment
    self.reader = reader
    watch = EndWatch(running)
    loop = try ScreenLoop()
    model = WatchModel(rate: hz)
    period = UInt64(1e9 / hz)
    patience = min(1 / hz, 0.1)
    let now = System.monotonicNanoseconds
    deadline = duration < 1e9 ? now + UInt64(duration * 1e9) : .max
    previous = (segment.stepSnapshot().steps, now)
  }

  /// Why the cluster has ended, once it has.
  var end: String? { watch.reason }

  /// Until somebody leaves. The terminal is as it was then.
  func show() -> ScreenLoop.End { loop.run(self) }

  func lines() -> [StyledLine] { model.lines() }

  func resize(width: Int, height: Int) { model.resize(width: width, height: height) }

  func press(_ key: TopKey) -> Bool { model.press(key) == .quit }

  func interrupt() {}

  func look(at now: UInt64) -> UInt64? {
    if now >= deadline { return nil }
    if now >= nextLook {
      nextLook = now + period
      if watch.reason == nil, !model.isPaused || watch.hasEnded { read(now) }
      if watch.hasEnded {
        watch.findReason()
        model.end = watch.reason
        if watch.isFinal { nextLook = .max }
      }
    }
    return min(nextLook, deadline)
  }

  private func read(_ now: UInt64) {
    let status = ClusterStatus(segment, since: previous)
    if now - previous.at > Self.rateSpan { previous = (status.figures.steps, now) }
    model.reading = (reader.read(within: patience), status)
  }
}
