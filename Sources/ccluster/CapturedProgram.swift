import ControlCluster
import Glibc

/// A program that is run to its end for what it prints. Inside ``TemporaryDirectory/holdingSignals(_:)``: Ctrl-C ends it, too.
struct CapturedProgram {
  private let executable: String
  private let directory: TemporaryDirectory

  /// - Parameter directory: what it reads and prints passes through files in it.
  init(_ executable: String, _ directory: TemporaryDirectory) {
    self.executable = executable
    self.directory = directory
  }

  /// What the last run has printed to standard error.
  func errors() throws -> String { String(decoding: try contents("errors"), as: UTF8.self) }

  func run(
    _ arguments: [String], input: [UInt8] = [], environment: [(String, String)] = []
  ) throws -> (status: Int32, output: [UInt8]) {
    let standardInput = try open("input", O_RDWR | O_CREAT | O_TRUNC)
    defer { close(standardInput) }
    try System.writeAll(standardInput, input)
    lseek(standardInput, 0, SEEK_SET)
    let output = try open("output", O_RDWR | O_CREAT | O_TRUNC)
    defer { close(output) }
    let errors = try open("errors", O_RDWR | O_CREAT | O_TRUNC)
    defer { close(errors) }

    var request = SpawnRequest([executable] + arguments)
    request.descriptors = [(standardInput, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)]
    request.environment = environment.map { (name: $0.0, value: $0.1) }
    let child = try Spawn.start(request)
    defer { close(child.pidfd) }
    return (try wait(for: child), try contents("output"))
  }

  /// The exit status; who is told to end ends, and so does this process, once the directory is gone.
  private func wait(for child: Child) throws -> Int32 {
    var descriptor = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    while poll(&descriptor, 1, 100) <= 0 {
      // It has a process group of its own, which Ctrl-C does not reach.
      if TemporaryDirectory.isEnding { child.signalGroup(SIGTERM) }
    }
    var status: Int32 = 0
    _ = try System.call("wait for '\(executable)'") { waitpid(child.pid, &status, 0) }
    if TemporaryDirectory.isEnding { throw ClusterError.failed("interrupted") }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  private func open(_ name: String, _ flags: Int32) throws(ClusterError) -> Int32 {
    let path = "\(directory.path)/\(name)"
    return try System.call("open '\(path)'") { Glibc.open(path, flags | O_CLOEXEC, 0o600) }
  }

  private func contents(_ name: String) throws -> [UInt8] {
    let descriptor = try open(name, O_RDONLY)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try System.call("read what '\(executable)' printed") { Int32(read(descriptor, &chunk, chunk.count)) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: chunk[..<Int(count)])
    }
  }
}
