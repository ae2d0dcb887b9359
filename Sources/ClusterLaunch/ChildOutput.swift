import ControlCluster
import Glibc

/// One end of a child's standard output or error, read without ever blocking.
final class ChildOutput {
  let process: String
  let stream: LaunchEvent.Stream
  let descriptor: Int32
  private var partial: [UInt8] = []

  /// A line that never ends is cut here, bytes.
  private static let longestLine = 1 << 16

  /// - Parameter descriptor: the read end, which this object closes.
  init(process: String, stream: LaunchEvent.Stream, descriptor: Int32) {
    self.process = process
    self.stream = stream
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit { close(descriptor) }

  /// Reads what is there, line by line. Whether more can come.
  func drain(_ line: (String) -> Void) -> Bool {
    let goesOn = drainBytes { bytes in
      for byte in bytes {
        if byte == UInt8(ascii: "\n") {
          emit(line)
        } else {
          partial.append(byte)
          if partial.count == Self.longestLine { emit(line) }
        }
      }
    }
    if !goesOn, !partial.isEmpty { emit(line) }
    return goesOn
  }

  /// Reads what is there, as it comes. Whether more can come.
  func drainBytes(_ body: (ArraySlice<UInt8>) -> Void) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    // Bounded, so that one chatty process does not keep the launcher from all others.
    for _ in 0..<4 {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { return true }
      }
      guard count > 0 else { return false }
      body(chunk[..<count])
    }
    return true
  }

  private func emit(_ line: (String) -> Void) {
    if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
    line(String(decoding: partial, as: UTF8.self))
    partial.removeAll(keepingCapacity: true)
  }
}
