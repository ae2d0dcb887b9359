import CLinux
import ControlCluster
import Glibc

/// The program `plain-c`, which lies beside this one: the same work at its least.
final class PlainC {
  private let child: Child
  private let input: Int32
  private let output: Int32

  /// Starts `workers` processes that answer rounds.
  static func rounds(workers: Int) throws -> PlainC { try PlainC(["rounds", "\(workers)"]) }

  /// s until `workers` processes that map an object of `size` bytes have registered in it.
  static func registration(workers: Int, size: Int) throws -> Double {
    let program = try PlainC(["registration", "\(workers)", "\(size)"])
    guard let time = try program.line().first else { throw BenchError.plainC("no time of the registration") }
    return Double(time) * 1e-9
  }

  private init(_ arguments: [String]) throws {
    let requests = try Self.pipe()
    let answers = try Self.pipe()
    defer {
      close(requests.read)
      close(answers.write)
    }
    var request = SpawnRequest([try Self.path()] + arguments)
    request.descriptors = [
      (requests.read, STDIN_FILENO), (answers.write, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO),
    ]
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
    guard times.count == count else { throw BenchError.plainC("\(times.count) times of \(count) rounds") }
    return times
  }

  private func line() throws -> [UInt64] {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while text.last != UInt8(ascii: "\n") {
      let count = read(output, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw BenchError.plainC("it ended") }
      text += chunk[..<count]
    }
    return String(decoding: text.dropLast(), as: UTF8.self).split(separator: " ").compactMap { UInt64($0) }
  }

  private static func path() throws -> String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { throw BenchError.plainC("/proc/self/exe cannot be read") }
    let own = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.prefix(through: own.lastIndex(of: "/")!) + "plain-c"
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    try System.check("pipe", linux_pipe(&ends))
    return (ends[0], ends[1])
  }
}
