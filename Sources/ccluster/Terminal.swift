import ArgumentParser
import ClusterConfig
import ControlCluster
import Glibc

/// Standard output or error: what it can show, and one line at its bottom that is redrawn in place.
final class Terminal {
  // One thread uses them: the launcher's.
  nonisolated(unsafe) static let output = Terminal(STDOUT_FILENO)
  nonisolated(unsafe) static let error = Terminal(STDERR_FILENO)

  private let descriptor: Int32
  /// Whether a person looks at it, so that lines may be redrawn.
  let isInteractive: Bool
  /// See no-color.org.
  let hasColor: Bool
  private var statusLine = ""
  /// Whether writing waits for a reader that is slow. A launch does not while it supervises: it would be deaf meanwhile.
  var waitsForReader = true
  /// What the reader has not taken yet.
  private var backlog: [UInt8] = []
  private var failure: ClusterError?
  /// Whether whoever has read has gone (`| head`); then there is nobody to tell.
  private(set) var readerIsGone = false

  /// What could not be written is an error.
  func finish() throws {
    guard let failure else { return }
    Terminal.error.print("ccluster: standard output: \(failure)")
    throw ExitCode(1)
  }

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    let term = System.environment("TERM") ?? "dumb"
    // Both streams: when the other one goes through a pipe to the same screen, its lines and the redrawn one would mix.
    isInteractive = isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1 && term != "dumb"
    hasColor = isatty(descriptor) == 1 && term != "dumb" && (System.environment("NO_COLOR") ?? "").isEmpty
  }

  /// Columns; 80 when nobody knows.
  var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// How wide tables may be; `nil` on a pipe, where they are complete.
  var tableWidth: Int? { isatty(descriptor) == 1 ? width : nil }

  /// Prints a line above the status line.
  func print(_ line: String) {
    let erase = statusLine.isEmpty ? "" : "\r\u{1B}[K"
    write(erase + line + "\n" + statusLine)
  }

  /// Replaces the line at the bottom, cut to the width. Nothing on a pipe.
  func show(status line: String) {
    guard isInteractive, backlog.isEmpty else { return }
    statusLine = cut(line, to: width - 1)
    write("\r\u{1B}[K" + statusLine)
  }

  /// Removes the line at the bottom.
  func clearStatus() {
    guard !statusLine.isEmpty else { return }
    statusLine = ""
    write("\r\u{1B}[K")
  }

  /// Prints the data of a verb, and ends it when they cannot be written.
  func data(_ text: String) throws {
    write(text)
    try finish()
  }

  /// Prints text as it is.
  func write(_ text: String) {
    backlog += Array(text.utf8)
    flush(waiting: waitsForReader ? -1 : 0)
  }

  /// To poll for room, as long as the reader has not taken everything.
  var backlogged: Int32? { backlog.isEmpty ? nil : descriptor }

  /// Writes what is left.
  /// - Parameter milliseconds: how long the reader may let us wait for each piece; -1 is for ever.
  func flush(waiting milliseconds: Int32) {
    var written = 0
    defer { backlog.removeFirst(written) }
    while written < backlog.count {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let ready = poll(&entry, 1, milliseconds)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return }
      // Where there is room at all, there is room for PIPE_BUF bytes; a longer write might not return.
      let piece = backlog[written...].prefix(Int(PIPE_BUF))
      let count = piece.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        let code = errno
        if code == EINTR || code == EAGAIN { continue }
        if code == EPIPE { readerIsGone = true } else { failure = failure ?? .system(call: "write", errno: code) }
        written = backlog.count
      } else {
        written += count
      }
    }
  }

  // MARK: Diagnostics

  /// Prints them as they are told everywhere; a person is also told where more is said.
  func tell(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { write(diagnostic.rendered(color: hasColor)) }
  }

  func tell(_ error: ConfigError) {
    write(error.rendered(color: hasColor))
    guard isInteractive, let id = error.diagnostics.first(where: { $0.severity == .error })?.id else { return }
    print(styled("more about it: ccluster explain \(id.rawValue)", .dim))
  }

  // MARK: Styles

  enum Style: String {
    case bold = "1"
    case dim = "2"
    case reverse = "7"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  func styled(_ text: String, _ style: Style) -> String {
    hasColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Cuts to a number of visible characters; escape sequences take no room.
  func cut(_ line: String, to width: Int) -> String {
    var visible = 0
    var inEscape = false
    var result = ""
    for character in line {
      if character == "\u{1B}" { inEscape = true }
      if !inEscape {
        visible += 1
        if visible > width { return result + (hasColor ? "\u{1B}[0m" : "") }
      }
      result.append(character)
      if inEscape, character.isLetter { inEscape = false }
    }
    return result
  }
}
