import ClusterConfig
import ControlCluster
import Glibc

/// A log that is put aside when it is full: `NAME` is being written, `NAME.1` is the newest of the full ones, and so on.
///
/// Lines gather in memory, and are written together. A file is never longer than its limit, unless a single line is.
final class RotatingFile {
  let path: String
  private let limits: ClusterConfig.Logs
  private var descriptor: Int32 = -1
  private var size = 0
  private var pending: [UInt8] = []
  /// Whether the file ends in the middle of a line: the disk was full.
  private var isTorn = false

  /// Opens nothing before there is something to write.
  init(_ path: String, _ limits: ClusterConfig.Logs) { (self.path, self.limits) = (path, limits) }

  deinit { if descriptor >= 0 { close(descriptor) } }

  var hasPending: Bool { !pending.isEmpty }

  /// - Parameter line: without its line break.
  func append(_ line: String, prefix: String = "") {
    pending += prefix.utf8
    pending += line.utf8
    pending.append(UInt8(ascii: "\n"))
  }

  /// Writes what has gathered. What cannot be written is lost: memory is not where it can wait for a disk.
  func flush() throws(ClusterError) {
    defer { pending.removeAll(keepingCapacity: true) }
    var rest = pending[...]
    while !rest.isEmpty {
      try openIfNeeded()
      let piece = prefix(of: rest)
      if piece.isEmpty {
        try rotate()
        continue
      }
      try write(piece)
      rest = rest.dropFirst(piece.count)
    }
  }

  /// The whole lines that there is room for; one that fits no file has a file of its own.
  private func prefix(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let room = bytes.prefix(max(0, limits.size - size))
    if room.count == bytes.count { return bytes }
    if let end = room.lastIndex(of: UInt8(ascii: "\n")) { return bytes[bytes.startIndex...end] }
    guard size == 0, let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return [] }
    return bytes[bytes.startIndex...end]
  }

  private func openIfNeeded() throws(ClusterError) {
    guard descriptor < 0 else { return }
    descriptor = try System.call("open '\(path)'") { open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    // A launch into the directory of one that was killed goes on behind its last line.
    size = Int(max(0, lseek(descriptor, 0, SEEK_END)))
  }

  private func write(_ bytes: ArraySlice<UInt8>) throws(ClusterError) {
    let whole = isTorn ? [UInt8(ascii: "\n")] + bytes : Array(bytes)
    var written = 0
    defer { size += written }
    while written < whole.count {
      let count = whole[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        if written > 0 { isTorn = whole[written - 1] != UInt8(ascii: "\n") }
        throw .system(call: "write '\(path)'", errno: code)
      }
      written += count
    }
    isTorn = false
  }

  private func rotate() throws(ClusterError) {
    close(descriptor)
    descriptor = -1
    isTorn = false
    if limits.keep == 0 {
      try System.call("remove '\(path)'") { unlink(path) }
      return
    }
    for number in stride(from: limits.keep - 1, through: 0, by: -1) {
      let from = number == 0 ? path : "\(path).\(number)"
      if rename(from, "\(path).\(number + 1)") != 0, errno != ENOENT || number == 0 {
        throw .system(call: "rename '\(from)'", errno: errno)
      }
    }
  }
}
