import CLinux
import ClusterLaunch
import ClusterObserve
import ControlCluster
import Glibc

/// `ccluster top` on a terminal: one loop that waits for keys, signals and the time to look.
final class TopSession {
  private let running: RunningCluster
  private let run: RunDirectory?
  private let sampler: ClusterSampler
  private let requests: TopRequests
  private let screen: FullScreen
  private var model: TopModel { didSet { isDrawn = false } }
  /// Whether the screen shows the model as it is: solves are looked at more often than that changes.
  private var isDrawn = false
  private var keys = TopKeyDecoder()
  private let signals: Int32
  /// Between two readings, ns.
  private let interval: UInt64
  private var nextSample: UInt64 = 0
  private var nextReading: UInt64
  /// When the last key came.
  private var pressedAt: UInt64 = 0
  /// When the end was seen.
  private var endedAt: UInt64?

  private static let numbers = [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH]
  /// Between two looks at the solve times, ns; a cluster in real time seldom steps faster.
  private static let samplePeriod: UInt64 = 10_000_000
  /// Until the first reading, ns, so that figures are there at once.
  private static let firstReading: UInt64 = 200_000_000
  /// Looking takes at most this part of a core.
  private static let share: UInt64 = 50
  /// How long an escape character may be the beginning of a key, ns.
  private static let escapeDelay: UInt64 = 50_000_000
  /// How long the launcher may take to write down why the run has ended, ns.
  private static let summaryDelay: UInt64 = 10_000_000_000

  enum End {
    case quit
    case signal(Int32)
  }

  /// - Parameter interval: s
  init(_ running: RunningCluster, processes: [Int: String], order: TopOrder, filter: TopFilter, interval: Double)
    throws(ClusterError)
  {
    self.running = running
    run = running.run?.directory
    sampler = ClusterSampler(running.segment, processes: processes)
    requests = TopRequests(running)
    screen = FullScreen()
    let size = screen.size
    model = TopModel(
      sampler.reading(total: false), order: order, filter: filter, width: size.width, height: size.height)
    self.interval = UInt64(interval * 1e9)
    nextReading = System.monotonicNanoseconds + min(self.interval, Self.firstReading)
    signals = try System.check("signalfd", linux_signalfd(Self.numbers, Int32(Self.numbers.count)))
  }

  deinit { close(signals) }

  /// Why the cluster has ended, once it has.
  var end: String? { model.reading.end }

  /// Until somebody leaves. The terminal is as it was then.
  func show() -> End {
    screen.take()
    defer { screen.giveBack() }
    while true {
      look()
      if !isDrawn { isDrawn = screen.draw(TopScreen.lines(model)) }
      var entries = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      ]
      if let descriptor = screen.backlogged {
        entries.append(pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0))
      }
      poll(&entries, nfds_t(entries.count), timeout)
      screen.flush()
      if let signal = readSignals() { return .signal(signal) }
      if entries[0].revents != 0 {
        guard let pressed = readKeys() else { return .signal(SIGHUP) }
        for key in pressed where press(key) { return .quit }
      } else if keys.isWaiting, System.monotonicNanoseconds >= pressedAt + Self.escapeDelay {
        for key in keys.giveUp() where press(key) { return .quit }
      }
    }
  }

  /// ms until there is something to do by the clock.
  private var timeout: Int32 {
    let now = System.monotonicNanoseconds
    var next = min(nextSample, nextReading)
    if keys.isWaiting { next = min(next, pressedAt + Self.escapeDelay) }
    return next <= now ? 0 : Int32(min((next - now) / 1_000_000 + 1, 60_000))
  }

  // MARK: Looking

  private func look() {
    let now = System.monotonicNanoseconds
    if let answer = requests.answer() { model.message = answer }
    if endedAt == nil, now >= nextSample {
      sampler.sample()
      nextSample = now + max(Self.samplePeriod, Self.share * (System.monotonicNanoseconds - now))
    }
    if now >= nextReading {
      nextReading = now + interval
      if endedAt == nil { readCluster(now) }
      if let endedAt { findReason(waited: now - endedAt) }
    }
  }

  private func readCluster(_ now: UInt64) {
    // Asked before: the last figures are those of after the last step.
    let isGone = running.segment.phase == .closed || !running.segment.server.isAlive
    sampler.sample()
    model.reading = sampler.reading(total: model.isTotal)
    if isGone { (endedAt, nextSample) = (now, .max) }
  }

  /// The figures stay, and nothing is looked at any more but why.
  private func findReason(waited: UInt64) {
    guard run == nil || run?.isRunning == false || waited > Self.summaryDelay else {
      model.reading.end = "its processes end"
      return
    }
    nextReading = .max
    model.reading.end = run?.summary?.outcome ?? "its server is gone"
  }

  // MARK: Keys and signals

  /// `nil` when there will be no more.
  private func readKeys() -> [TopKey]? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    pressedAt = System.monotonicNanoseconds
    return count > 0 ? keys.feed(bytes[..<count]) : nil
  }

  /// Whether it is the one to leave with.
  private func press(_ key: TopKey) -> Bool {
    switch model.press(key) {
    case .quit: return true
    case .redraw: resize()
    case .read:
      if endedAt == nil { model.reading = sampler.reading(total: model.isTotal) }
    case .ask(let request): model.message = requests.begin(request, in: model.reading)
    case nil: break
    }
    return false
  }

  /// The one that ends this.
  private func readSignals() -> Int32? {
    while true {
      let number = linux_read_signal(signals)
      switch number {
      case 0: return nil
      case SIGTSTP: suspend()
      case SIGCONT:
        screen.take()
        resize()
      case SIGWINCH: resize()
      default: return number
      }
    }
  }

  private func resize() {
    (model.width, model.height) = screen.size
    screen.forget()
  }

  /// Stops as the shell expects it; where there is no shell that could continue it, the kernel does not stop it.
  private func suspend() {
    screen.giveBack()
    linux_unblock_signals([SIGTSTP], 1)
    raise(SIGTSTP)
    linux_block_signals([SIGTSTP], 1)
    screen.take()
    resize()
  }
}
