import Glibc

@testable import ControlCluster

/// A program under test, with what it prints.
final class ChildProcess {
  let child: Child
  private var output: Int32
  private var error: Int32
  private var collected = false
  private var status: Int32 = 0

  struct Result {
    /// The exit status, or 128 + the signal.
    var status: Int32
    var output: String
    var error: String
  }

  /// What it prints goes to files, so that nobody has to read while it runs.
  init(_ arguments: [String], environment: [(name: String, value: String)]) throws {
    output = try Self.temporaryFile()
    error = try Self.temporaryFile()
    var request = SpawnRequest(arguments)
    request.environment = environment
    request.descriptors = [(output, STDOUT_FILENO), (error, STDERR_FILENO)]
    child = try Spawn.start(request)
  }

  private static func temporaryFile() throws -> Int32 {
    var path = Array("/tmp/ccluster-test-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
    let descriptor = try System.call("mkstemp") { mkstemp(&path) }
    unlink(path)
    return descriptor
  }

  var hasEnded: Bool {
    var entry = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    return collected || poll(&entry, 1, 0) > 0
  }

  func signal(_ signal: Int32) { Glibc.kill(child.pid, signal) }

  /// Waits for the end; what has not ended after 30 s is killed, so that a test fails instead of hanging.
  func finish() -> Result {
    var entry = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    if !collected, poll(&entry, 1, 30_000) == 0 { child.signalGroup(SIGKILL) }
    if !collected { waitpid(child.pid, &status, 0) }
    collected = true
    let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
    return Result(status: code, output: Self.contents(output), error: Self.contents(error))
  }

  func kill() {
    guard !collected else { return }
    child.signalGroup(SIGKILL)
    _ = finish()
  }

  private static func contents(_ descriptor: Int32) -> String {
    lseek(descriptor, 0, SEEK_SET)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  deinit {
    kill()
    close(child.pidfd)
    close(output)
    close(error)
  }
}
