import CLinux
import ControlCluster
import Glibc

/// One client of the control channel. Nothing here waits: what it sends gathers until it is a line, and what it does not take
/// gathers until that is too much.
final class ControlConnection {
  let descriptor: Int32
  var isSubscribed = false
  /// Answers that are still to come.
  var owed = 0
  private var input: [UInt8] = []
  private var output: [UInt8] = []
  private var inputEnded = false
  private(set) var isBroken = false

  /// Bytes of a request: a list of all of a million controllers is longer, and "all" is shorter.
  static let longestLine = 1 << 16
  /// Bytes that a client may leave untaken before it is dropped.
  static let longestBacklog = 1 << 22

  /// - Parameter descriptor: non-blocking; closed with this object.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Whether nothing more is to come in either direction.
  var isDone: Bool { isBroken || inputEnded && output.isEmpty && owed == 0 && !isSubscribed }

  var interest: pollfd {
    pollfd(
      fd: descriptor, events: (inputEnded ? 0 : Int16(POLLIN)) | (output.isEmpty ? 0 : Int16(POLLOUT)), revents: 0)
  }

  /// Reads what is there, a piece of it: the others have their turn, too.
  /// - Returns: the whole lines among it; `nil` for one that is too long.
  func receive() -> [String]? {
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 {
      if errno != EAGAIN, errno != EINTR { isBroken = true }
      return []
    }
    if count == 0 {
      inputEnded = true
      defer { input = [] }
      // The last line may do without its line break.
      return input.isEmpty ? [] : [String(decoding: input, as: UTF8.self)]
    }
    input += chunk[..<count]
    var lines: [String] = []
    while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
      if end > Self.longestLine { return nil }
      lines.append(String(decoding: input[..<end], as: UTF8.self))
      input.removeFirst(end + 1)
    }
    return input.count > Self.longestLine ? nil : lines
  }

  func send(_ json: JSONValue) {
    guard !isBroken else { return }
    output += Array((json.compact + "\n").utf8)
    flush()
    // Whoever does not read gets no more, and keeps the launcher's memory no longer.
    if output.count > Self.longestBacklog { isBroken = true }
  }

  /// Takes no more requests; what has been answered still goes out.
  func stopListening() { inputEnded = true }

  func hangUp() { isBroken = true }

  func flush() {
    while !output.isEmpty, !isBroken {
      let sent = linux_send(descriptor, output, output.count)
      if sent == -Int(EAGAIN) { return }
      if sent == -Int(EINTR) { continue }
      guard sent > 0 else {
        isBroken = true
        return
      }
      output.removeFirst(sent)
    }
  }
}
