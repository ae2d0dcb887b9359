import CLinux
import ClusterObserve
import ControlCluster
import Glibc

/// What takes a whole terminal: ``ScreenLoop`` calls it, always from the same thread.
protocol ScreenProgram: AnyObject {
  /// Whether the screen shows everything as it is.
  var isDrawn: Bool { get set }
  /// What stands on the screen, no more lines than it is high and none wider than it.
  func lines() -> [StyledLine]
  /// The screen has this size now.
  func resize(width: Int, height: Int)
  /// Does what it is time for.
  /// - Parameter now: CLOCK_MONOTONIC, ns.
  /// - Returns: when to look again; `nil` when it is time to leave.
  func look(at now: UInt64) -> UInt64?
  /// - Returns: whether it is the key to leave with.
  func press(_ key: TopKey) -> Bool
  /// The process will be stopped until somebody lets it go on, or it was.
  func interrupt()
}

/// One loop that waits for keys, signals and the time to look.
final class ScreenLoop {
  private let screen = FullScreen()
  private let signals: Int32
  private var keys = TopKeyDecoder()
  /// When the last key came.
  private var pressedAt: UInt64 = 0

  private static let numbers = [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH]
  /// How long an escape character may be the beginning of a key, ns.
  private static let escapeDelay: UInt64 = 50_000_000

  enum End {
    case quit
    case signal(Int32)

    /// As if the signal had not been caught, so that the shell knows.
    func dieIfKilled() {
      guard case .signal(let number) = self else { return }
      Glibc.signal(number, SIG_DFL)
      linux_unblock_signals([number], 1)
      raise(number)
    }
  }

  init() throws(ClusterError) {
    signals = try System.check("signalfd", linux_signalfd(Self.numbers, Int32(Self.numbers.count)))
  }

  deinit { close(signals) }

  var size: (width: Int, height: Int) { screen.size }

  /// Until somebody leaves. The terminal is as it was then.
  func run(_ program: some ScreenProgram) -> End {
    screen.take()
    defer { screen.giveBack() }
    resize(program)
    while true {
      guard let next = program.look(at: System.monotonicNanoseconds) else { return .quit }
      if !program.isDrawn { program.isDrawn = screen.draw(program.lines()) }
      var entries = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      ]
      if let descriptor = screen.backlogged {
        entries.append(pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0))
      }
      poll(&entries, nfds_t(entries.count), timeout(until: next))
      screen.flush()
      if let signal = readSignals(program) { return .signal(signal) }
      if entries[0].revents != 0 {
        guard let pressed = readKeys() else { return .signal(SIGHUP) }
        for key in pressed where press(key, program) { return .quit }
      } else if keys.isWaiting, System.monotonicNanoseconds >= pressedAt + Self.escapeDelay {
        for key in keys.giveUp() where press(key, program) { return .quit }
      }
    }
  }

  /// ms
  private func timeout(until next: UInt64) -> Int32 {
    let now = System.monotonicNanoseconds
    let next = keys.isWaiting ? min(next, pressedAt + Self.escapeDelay) : next
    return next <= now ? 0 : Int32(min((next - now) / 1_000_000 + 1, 60_000))
  }

  private func press(_ key: TopKey, _ program: some ScreenProgram) -> Bool {
    if key == .redraw { resize(program) }
    return program.press(key)
  }

  /// `nil` when there will be no more.
  private func readKeys() -> [TopKey]? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    pressedAt = System.monotonicNanoseconds
    return count > 0 ? keys.feed(bytes[..<count]) : nil
  }

  /// The one that ends this.
  private func readSignals(_ program: some ScreenProgram) -> Int32? {
    while true {
      let number = linux_read_signal(signals)
      switch number {
      case 0: return nil
      case SIGTSTP: suspend(program)
      case SIGCONT:
        program.interrupt()
        screen.take()
        resize(program)
      case SIGWINCH: resize(program)
      default: return number
      }
    }
  }

  private func resize(_ program: some ScreenProgram) {
    let size = screen.size
    program.resize(width: size.width, height: size.height)
    program.isDrawn = false
    screen.forget()
  }

  /// Stops as the shell expects it; where there is no shell that could continue it, the kernel does not stop it.
  private func suspend(_ program: some ScreenProgram) {
    program.interrupt()
    screen.giveBack()
    linux_unblock_signals([SIGTSTP], 1)
    raise(SIGTSTP)
    linux_block_signals([SIGTSTP], 1)
    screen.take()
    resize(program)
  }
}
