import CLinux
import ControlCluster
import Glibc

/// A program that answers with lines of times in ns: `plain-c`, the same work at its least; `plan-bench`; and those in
/// Python.
final class Tool {
  private let name: String
  private let child: Child
  private let input: Int32
  private let output: Int32

  /// - Parameter program: one that lies beside this one, or a path.
  init(_ program: String, _ arguments: [String]) throws {
    let requests = try Self.pipe()
    let answers = try Self.pipe()
    defer {
      close(requests.read)
      close(answers.write)
    }
    let path = program.contains("/") ? program : try Self.path(of: program)
    var request = SpawnRequest([path] + arguments)
    request.descriptors = [
      (requests.read, STDIN_FILENO), (answers.write, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO),
    ]
    name = ([program] + arguments.prefix(2)).joined(separator: " ")
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
  /// - Throws: `missing` when the program says that it cannot.
  func steps(_ count: Int) throws -> [UInt64] {
    try System.writeAll(input, Array("\(count)\n".utf8))
    let times = try times()
    guard times.count == count else { throw BenchError.tool("\(name): \(times.count) times of \(count) rounds") }
    return times
  }

  /// The next line of times.
  func times() throws -> [UInt64] {
    var text: [UInt8] = []
    while text.last != UInt8(ascii: "\n") {
      let chunk = try readSome()
      guard !chunk.isEmpty else { throw BenchError.tool("'\(name)' ended without an answer") }
      text += chunk
    }
    let line = String(decoding: text.dropLast(), as: UTF8.self)
    let missing = "missing: "
    if line.hasPrefix(missing) { throw BenchError.missing(String(line.dropFirst(missing.count))) }
    return line.split(separator: " ").compactMap { UInt64($0) }
  }

  /// All that it prints until it ends.
  func bytes() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let chunk = try readSome()
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
  }

  private func readSome() throws -> ArraySlice<UInt8> {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = try System.call("read from '\(name)'") { Int32(read(output, &chunk, chunk.count)) }
    return chunk[..<Int(count)]
  }

  /// Where a program or library of this build lies.
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
