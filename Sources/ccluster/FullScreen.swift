import ClusterObserve
import ControlCluster
import Glibc

/// The whole of a terminal, for as long as it is taken: another screen, keys as they are pressed, and afterwards everything as it
/// was.
final class FullScreen {
  /// Settings of the terminal, as they were.
  private var original = termios()
  /// Opened anew, so that what is set here, not to wait for a terminal that takes nothing, is not set for the shell.
  private let output: Int32
  private let hasColor: Bool
  private var isTaken = false
  /// What is on the screen.
  private var shown: [StyledLine] = []
  private var backlog: [UInt8] = []

  /// Another screen, no cursor, and no line that goes on in the next one (xterm's control sequences; others know them).
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J"
  /// The screen is emptied first for terminals that have but one, such as Linux' console.
  private static let leave: StaticString = "\u{1B}[0m\u{1B}[H\u{1B}[2J\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

  /// What a crash puts back.
  nonisolated(unsafe) private static var taken: termios?
  private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT]

  /// Whether there is one to take.
  static var isAvailable: Bool {
    isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && (System.environment("TERM") ?? "dumb") != "dumb"
  }

  init() {
    let own = open("/proc/self/fd/\(STDOUT_FILENO)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    output = own >= 0 ? own : STDOUT_FILENO
    hasColor = Terminal.output.hasColor
  }

  deinit { if output != STDOUT_FILENO { close(output) } }

  /// Takes the terminal. A process in the background stops here until it comes to the front.
  func take() {
    // Stopped with the terminal in its hands, it finds its own settings.
    if !isTaken { tcgetattr(STDIN_FILENO, &original) }
    var settings = original
    // Ctrl-C and Ctrl-Z still send signals.
    settings.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
    // Ctrl-S stops nothing: a screen that is redrawn has nothing to read on, and what is put back in the end must get through.
    settings.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    Self.taken = original
    for number in Self.crashes { signal(number, Self.crashed) }
    isTaken = true
    forget()
    backlog = Array(Self.enter.utf8)
    flush()
  }

  /// Gives it back.
  func giveBack() {
    guard isTaken else { return }
    isTaken = false
    backlog = Self.leave.withUTF8Buffer(Array.init)
    let end = System.monotonicNanoseconds + 1_000_000_000
    while flush(), System.monotonicNanoseconds < end {
      var entry = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
      poll(&entry, 1, 100)
    }
    var settings = original
    // Not once all is written: a terminal that takes nothing any more would keep this process for ever.
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    Self.taken = nil
    for number in Self.crashes { signal(number, SIG_DFL) }
  }

  /// A bug ends the program, and not the user's terminal. Only what may be called in a signal's handler is.
  private static let crashed: @convention(c) (Int32) -> Void = { number in
    _ = write(STDOUT_FILENO, leave.utf8Start, leave.utf8CodeUnitCount)
    if var settings = taken { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
    signal(number, SIG_DFL)
    raise(number)
  }

  /// Columns and lines; 80 × 24 where the terminal does not know.
  var size: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Draws all lines the next time, whatever seems to be there.
  func forget() { shown = [] }

  /// Shows lines, writing those that have changed. While the terminal has not taken what came before, nothing is added.
  /// - Returns: whether they are shown.
  func draw(_ lines: [StyledLine]) -> Bool {
    guard isTaken, backlog.isEmpty else { return false }
    var text = shown.isEmpty ? "\u{1B}[2J" : ""
    for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
      // Erased first: erasing behind a line that fills the screen would erase its last character.
      text += "\u{1B}[\(row + 1);1H\u{1B}[2K" + Terminal.Style.rendered(line, color: hasColor)
    }
    shown = lines
    backlog = Array(text.utf8)
    flush()
    return true
  }

  /// To poll for room.
  var backlogged: Int32? { backlog.isEmpty ? nil : output }

  /// Writes what the terminal takes; whether there is more.
  @discardableResult
  func flush() -> Bool {
    while !backlog.isEmpty {
      let count = backlog.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { return true }
        // The terminal is gone, and there is nobody to tell.
        backlog = []
        return false
      }
      backlog.removeFirst(count)
    }
    return false
  }
}
