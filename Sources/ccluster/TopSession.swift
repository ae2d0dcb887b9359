import ClusterLaunch
import ClusterObserve
import ControlCluster

/// `ccluster top` on a terminal.
final class TopSession: ScreenProgram {
  private let sampler: ClusterSampler
  private let requests: TopRequests
  private let watch: EndWatch
  private let loop: ScreenLoop
  private var model: TopModel { didSet { isDrawn = false } }
  /// Solves are looked at more often than the screen changes.
  var isDrawn = false
  /// Between two readings, ns.
  private let interval: UInt64
  private var nextSample: UInt64 = 0
  private var nextReading: UInt64

  /// Between two looks at the solve times, ns; a cluster in real time seldom steps faster.
  private static let samplePeriod: UInt64 = 10_000_000
  /// Until the first reading, ns, so that figures are there at once.
  private static let firstReading: UInt64 = 200_000_000
  /// Looking takes at most this part of a core.
  private static let share: UInt64 = 50

  /// - Parameter interval: s
  init(_ running: RunningCluster, processes: [Int: String], order: TopOrder, filter: TopFilter, interval: Double)
    throws(ClusterError)
  {
    sampler = ClusterSampler(running.segment, processes: processes)
    requests = TopRequests(running)
    watch = EndWatch(running)
    loop = try ScreenLoop()
    let size = loop.size
    model = TopModel(
      sampler.reading(total: false), order: order, filter: filter, width: size.width, height: size.height)
    self.interval = UInt64(interval * 1e9)
    nextReading = System.monotonicNanoseconds + min(self.interval, Self.firstReading)
  }

  /// Why the cluster has ended, once it has.
  var end: String? { model.reading.end }

  /// Until somebody leaves. The terminal is as it was then.
  func show() -> ScreenLoop.End { loop.run(self) }

  func lines() -> [StyledLine] { TopScreen.lines(model) }

  func resize(width: Int, height: Int) { (model.width, model.height) = (width, height) }

  func interrupt() {}

  func look(at now: UInt64) -> UInt64? {
    if let answer = requests.answer() { model.message = answer }
    if nextSample != .max, now >= nextSample {
      sampler.sample()
      nextSample = now + max(Self.samplePeriod, Self.share * (System.monotonicNanoseconds - now))
    }
    if now >= nextReading {
      nextReading = now + interval
      if nextSample != .max { readCluster() }
      if nextSample == .max {
        // The figures stay, and nothing is looked at any more but why.
        watch.findReason()
        model.reading.end = watch.reason
        if watch.isFinal { nextReading = .max }
      }
    }
    return min(nextSample, nextReading)
  }

  private func readCluster() {
    let hasEnded = watch.hasEnded
    sampler.sample()
    model.reading = sampler.reading(total: model.isTotal)
    if hasEnded { nextSample = .max }
  }

  func press(_ key: TopKey) -> Bool {
    switch model.press(key) {
    case .quit: return true
    case .read: if nextSample != .max { model.reading = sampler.reading(total: model.isTotal) }
    case .ask(let request): model.message = requests.begin(request, in: model.reading)
    case .redraw, nil: break
    }
    return false
  }
}
