import BuiltInPrograms
import CLinux
import ControlCluster
import Glibc

/// Follows a cluster step by step and hands over what it has copied. It maps the memory read-only and takes no lock: nothing in
/// the cluster waits for it.
struct StepCapture {
  /// Why it ended.
  enum End: Equatable {
    case clusterEnded, interrupted, complete, failed
  }

  /// What became of the steps that should have been captured.
  struct Figures {
    var captured: UInt64 = 0
    var missed: UInt64 = 0
    /// Of those: all copies were waiting to be written. The others were over too soon.
    var overrun: UInt64 = 0
    /// Numbers of the first and the last captured step.
    var numbers: (first: UInt64, last: UInt64)?
    var overtaken: UInt64 { missed - overrun }
  }

  private let segment: Segment
  private let pool: StepPool
  private let rate: RecordingOptions.Rate
  private let stepLimit: UInt64
  private let endsAt: UInt64
  private let isToldToEnd: () -> End?

  private(set) var figures = Figures()
  /// The one that is being filled, and one that is free.
  private var current: CapturedStep?
  private var spare: CapturedStep?
  private var generation: UInt32?
  /// The first step that is wanted and has not been captured or missed; by number.
  private var nextNumber: UInt64
  /// By time.
  private var nextAt: UInt64 = 0
  /// Steps that had ended when there was no room.
  private var starvedAt: UInt64?
  private var starved: UInt64 = 0
  private var serverCheckedAt: UInt64 = 0

  /// How long it sleeps when there is no step, ns: how late it may learn of the end.
  private static let longestSleep: UInt64 = 20_000_000
  /// Between two looks at a step that takes longer than the last one, ns at least: a wake-up costs a few µs.
  private static let shortestSleep: UInt64 = 40_000
  private static let serverCheck: UInt64 = 500_000_000
  /// ns: the least that the kernel takes.
  private static let slice: UInt64 = 100_000

  /// - Parameter isToldToEnd: asked all the time.
  init(_ segment: Segment, _ pool: StepPool, _ options: RecordingOptions, isToldToEnd: @escaping () -> End?) {
    (self.segment, self.pool, self.isToldToEnd, rate) = (segment, pool, isToldToEnd, options.rate)
    stepLimit = options.steps > 0 ? UInt64(options.steps) : .max
    endsAt =
      options.duration > 0 ? System.monotonicNanoseconds &+ UInt64(min(options.duration, 1e9) * 1e9) : .max
    // A step that is in flight already may be had, and may not.
    nextNumber = segment.stepCount + (segment.isStepInFlight ? 1 : 0)
    if case .every(let number) = rate { nextNumber = nextNumber.roundedUp(to: UInt64(number)) }
  }

  mutating func run() throws -> End {
    // A step may be over before a busy core comes round to this thread.
    _ = linux_set_slice(Self.slice)
    while true {
      let bell = segment.bell
      if let step = current { advance(step) }
      if figures.captured >= stepLimit { return .complete }
      if current == nil { try begin() }
      if let end = end() {
        if case .every(let number) = rate, end == .clusterEnded {
          miss(Self.multiples(of: number, from: nextNumber, below: segment.stepCount))
        }
        return end
      }
      sleep(bell)
    }
  }

  private mutating func end() -> End? {
    if let end = isToldToEnd() { return end }
    let now = System.monotonicNanoseconds
    if now >= endsAt { return .complete }
    guard segment.phase == .ready else { return .clusterEnded }
    if now - serverCheckedAt > Self.serverCheck {
      serverCheckedAt = now
      if !segment.server.isAlive { return .clusterEnded }
    }
    return nil
  }

  // MARK: A step

  private mutating func begin() throws {
    let now = System.monotonicNanoseconds
    if now < nextAt { return }
    if spare == nil {
      spare = try pool.takeFree()
      if let since = starvedAt, spare != nil {
        starved += segment.stepCount - since
        starvedAt = nil
      }
    }
    guard let step = spare else {
      starvedAt = starvedAt ?? segment.stepCount
      return
    }
    guard let followed = step.snapshot.follow(after: generation, from: wanted) else { return }
    step.takeLatest()
    step.capturedAt = now
    step.followed = followed
    generation = followed.generation
    (current, spare) = (step, nil)
  }

  /// No step before it. The one in flight has as its number how many have ended.
  private var wanted: UInt64 {
    guard case .every(let number) = rate, number > 1 else { return nextNumber }
    return max(nextNumber, segment.stepCount.roundedUp(to: UInt64(number)))
  }

  private mutating func advance(_ step: CapturedStep) {
    switch step.snapshot.collect() {
    case .unfinished: return
    case .lost:
      (current, spare) = (nil, step)
      if case .frequency = rate { miss(1) }
    case .whole:
      current = nil
      step.takeFigures()
      account(for: step)
      pool.put(step)
    }
  }

  private mutating func account(for step: CapturedStep) {
    let number = step.followed.number
    switch rate {
    case .every(let every):
      step.missed = Self.multiples(of: every, from: nextNumber, below: number)
      miss(step.missed)
      nextNumber = (number + 1).roundedUp(to: UInt64(every))
    case .frequency(let hz):
      step.missed = 0
      // In step with the clock, as long as the cluster is.
      let period = UInt64(max(1, 1e9 / hz))
      nextAt = nextAt &+ 2 * period > step.capturedAt ? nextAt + period : step.capturedAt + period
    }
    figures.captured += 1
    figures.numbers = (figures.numbers?.first ?? number, number)
  }

  private mutating func miss(_ count: UInt64) {
    figures.missed += count
    let overrun = min(count, starved)
    figures.overrun += overrun
    starved = 0
  }

  static func multiples(of number: Int, from first: UInt64, below end: UInt64) -> UInt64 {
    let number = UInt64(number)
    let first = first.roundedUp(to: number)
    return end > first ? (end - first - 1) / number + 1 : 0
  }

  // MARK: In between

  private func sleep(_ bell: UInt32) {
    let now = System.monotonicNanoseconds
    if let step = current {
      // When the last step would have been over; then now and then. The next step's bell is early enough, mostly.
      let duration = segment.lastStepNanoseconds
      let expected = step.capturedAt &+ duration
      let pause = expected > now &+ Self.shortestSleep ? expected - now : max(Self.shortestSleep, duration / 16)
      return segment.sleep(whileBell: bell, nanoseconds: min(pause, Self.longestSleep))
    }
    if now < nextAt {
      usleep(UInt32(min(nextAt - now, Self.longestSleep) / 1000) + 1)
    } else if starvedAt != nil {
      usleep(1000)
    } else {
      segment.sleep(whileBell: bell, nanoseconds: Self.longestSleep)
    }
  }
}

extension UInt64 {
  fileprivate func roundedUp(to number: UInt64) -> UInt64 { (self + number - 1) / number * number }
}
