import CLinux
import Glibc

/// The one door to the system calls: errno is read at once, EINTR is retried, and an error names the call and its subject.
public enum System {
  /// Runs a call that returns -1 and sets errno.
  @discardableResult
  public static func call(_ what: @autoclosure () -> String, _ body: () -> Int32) throws(ClusterError) -> Int32 {
    while true {
      let result = body()
      if result >= 0 { return result }
      let code = errno
      if code != EINTR { throw .system(call: what(), errno: code) }
    }
  }

  /// Checks the result of one of `CLinux`'s functions: a value, or -errno.
  @discardableResult
  public static func check(_ what: @autoclosure () -> String, _ result: Int32) throws(ClusterError) -> Int32 {
    if result < 0 { throw .system(call: what(), errno: -result) }
    return result
  }

  /// What errno means, in words.
  public static func message(for code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  /// CLOCK_MONOTONIC, ns.
  public static var monotonicNanoseconds: UInt64 { linux_monotonic_ns() }

  public static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  /// Absolute and without links; `nil`, with errno, when there is no such file.
  public static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Reads a whole small file, such as those of /proc; `nil` when it cannot be read.
  public static func contents(of path: String, limit: Int = 1 << 20) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What is in a directory, in no order, without `.` and `..`; nothing when it cannot be read.
  public static func names(in directory: String) -> [String] {
    guard let entries = opendir(directory) else { return [] }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { $0 != "." && $0 != ".." }
  }

  /// Writes all bytes, whatever the kernel takes at a time.
  public static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) throws(ClusterError) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        throw .system(call: "write", errno: code)
      }
      written += count
    }
  }

  public static func print(error text: String) {
    try? writeAll(STDERR_FILENO, Array((text + "\n").utf8))
  }
}
