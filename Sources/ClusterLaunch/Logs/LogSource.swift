import ControlCluster
import Glibc

/// The log of one process, with those that were put aside, read from the oldest line to the newest, and on as it grows. No
/// line is missed or read twice when files are put aside meanwhile, unless more are than are kept.
final class LogSource {
  private struct File {
    var descriptor: Int32
    var inode: ino_t
  }

  let process: String
  private let path: String
  private let parse: (Substring) -> LogRecord?
  private var current: File?
  /// Newer than the current one, the oldest first.
  private var newer: [File] = []
  private var buffer: [UInt8] = []
  private var start = 0

  /// - Parameter parse: `nil` for lines that are no record.
  init(_ process: String, _ path: String, parse: @escaping (Substring) -> LogRecord?) {
    (self.process, self.path, self.parse) = (process, path, parse)
  }

  deinit { for file in (current.map { [$0] } ?? []) + newer { close(file.descriptor) } }

  /// The next record; `nil` when there is none yet.
  func next() -> LogRecord? {
    while true {
      if let line = takeLine() {
        if let record = parse(Substring(line)) { return record }
        continue
      }
      if fill() { continue }
      if newer.isEmpty { newer = findNewer() }
      if newer.isEmpty { return nil }
      // Its writer may have written once more before it put it aside.
      if fill() { continue }
      if let current { close(current.descriptor) }
      current = newer.removeFirst()
      buffer = []
      start = 0
    }
  }

  private func takeLine() -> String? {
    guard let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { start = end + 1 }
    return String(decoding: buffer[start..<end], as: UTF8.self)
  }

  /// Reads on; whether there was anything.
  private func fill() -> Bool {
    guard let current else { return false }
    buffer.removeFirst(start)
    start = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(current.descriptor, &chunk, chunk.count)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }

  /// Files that are newer than the current one. Looked for from the newest on: what is put aside meanwhile is found twice,
  /// and nothing is missed.
  private func findNewer() -> [File] {
    var status = stat()
    if let current, stat(path, &status) == 0, status.st_ino == current.inode { return [] }
    var found: [File] = []
    var missing = 0
    for number in 0... {
      let descriptor = open(number == 0 ? path : "\(path).\(number)", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
        missing += 1
        // While files are put aside there is a gap that moves up.
        if missing > 1 { break }
        continue
      }
      if status.st_ino == current?.inode {
        close(descriptor)
        break
      }
      if found.contains(where: { $0.inode == status.st_ino }) {
        close(descriptor)
      } else {
        found.append(File(descriptor: descriptor, inode: status.st_ino))
      }
    }
    return found.reversed()
  }
}
