import CLinux
import ControlCluster
import Glibc

/// A program that lies beside this one and answers with lines of times in ns: `plain-c`, the same work at its least, and
/// `plan-bench`.
final class Tool {
  private let name: String
  private let child: Child
  private let input: Int32
  private let output: Int32

  /// Starts `workers` plain processes that answer rounds.
  static func plainRounds(workers: Int) throws -> Tool { try Tool("plain-c", ["rounds", "\(workers)"]) }

  /// ns until `workers` plain processes that map an object of `size` bytes have registered in it.
  static func plainRegistration(workers: Int, size: Int) throws -> [UInt64] {
    try Tool("plain-c", ["registration", "\(workers)", "\(size)"]).line()
  }

  /// ns of reading, validating and planning that config, `count` times.
  static func planning(_ file: String, count: Int) throws -> [UInt64] {
    try Tool("plan-bench", [file, "\(count)"]).line()
  }

  private init(_ name: String, _ arguments: [String]) throws {
    let requests = try Self.pipe()
    let answers = try Self.pipe()
    defer {
      close(requests.read)
      close(answers.write)
    }
    var request = SpawnRequest([try Self.path(of: name)] + arguments)
    request.descriptors = [
      (requests.read, STDIN_FILENO), (answers.write, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO),
    ]
    self.name = name
    child = try Spawn.start(request)
    input = requests.write
    output = answers.read
  }

  // It ends with its input.
  deinit {
    close(input)
    close(output)
    waitpid(child.pid, nil, 0)
    close(child.pidfd)
  }

  /// Runs `count` rounds.
  /// - Returns: ns of each.
  func steps(_ count: Int) throws -> [UInt64] {
    try System.writeAll(input, Array("\(count)\n".utf8))
    let times = try line()
    guard times.count == count else { throw BenchError.tool("\(name): \(times.count) times of \(count) rounds") }
    return times
  }

  private func line() throws -> [UInt64] {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while text.last != UInt8(ascii: "\n") {
      let count = read(output, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw BenchError.tool("\(name) ended without an answer") }
      text += chunk[..<count]
    }
    return String(decoding: text.dropLast(), as: UTF8.self).split(separator: " ").compactMap { UInt64($0) }
  }

  /// Where a program of this build lies.
  static func path(of name: String) throws -> String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { throw BenchError.tool("/proc/self/exe cannot be read") }
    let own = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.prefix(through: own.lastIndex(of: "/")!) + name
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    try System.check("pipe", linux_pipe(&ends))
    return (ends[0], ends[1])
  }
}
