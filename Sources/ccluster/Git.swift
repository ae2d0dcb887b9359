import ControlCluster
import Glibc

/// The user's own git, run in the current directory.
struct Git {
  struct File {
    var path: String
    var isLink: Bool
    var isYAML: Bool { path.hasSuffix(".yaml") || path.hasSuffix(".yml") }
  }

  private let directory: TemporaryDirectory

  /// - Parameter directory: what git reads and prints passes through files in it.
  init(_ directory: TemporaryDirectory) { self.directory = directory }

  /// What a command prints, without the line break; `nil` when it fails.
  func line(_ arguments: [String]) throws -> String? {
    let (status, output) = try run(arguments)
    return status == 0 ? String(decoding: output.last == 10 ? output.dropLast() : output[...], as: UTF8.self) : nil
  }

  /// Files and links of a tree; what lies in submodules is not the revision's.
  func files(of tree: String) throws -> [File] {
    let (status, output) = try run(["ls-tree", "-r", "-z", "--full-tree", tree])
    guard status == 0 else { throw GitError.failed(try said()) }
    return output.split(separator: 0).compactMap { entry in
      // `100644 blob 3f…<tab>path`
      guard let tab = entry.firstIndex(of: 9), !entry.starts(with: "160000".utf8) else { return nil }
      return File(
        path: String(decoding: entry[(tab + 1)...], as: UTF8.self), isLink: entry.starts(with: "120000".utf8))
    }
  }

  /// As `git checkout` would write them, but elsewhere and with an index of their own.
  /// - Parameter top: the repository's directory, which the paths start at.
  func checkOut(_ files: [File], of tree: String, at top: String, into target: String) throws {
    let index = [("GIT_INDEX_FILE", "\(directory.path)/index")]
    let names = Array(files.map { $0.path + "\0" }.joined().utf8)
    let checkout = [
      "-C", top, "checkout-index", "--force", "--quiet", "-z", "--stdin", "--prefix=\(target)/",
    ]
    for (arguments, input) in [(["read-tree", tree], []), (checkout, names)] {
      guard try run(arguments, input: input, environment: index).status == 0 else {
        throw GitError.failed(try said())
      }
    }
  }

  private func run(
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

    var request = SpawnRequest(["git"] + arguments)
    request.descriptors = [(standardInput, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)]
    request.environment = environment.map { (name: $0.0, value: $0.1) }
    let child: Child
    do { child = try Spawn.start(request) } catch { throw GitError.failed("\(error)") }
    defer { close(child.pidfd) }
    return (try wait(for: child), try contents("output"))
  }

  /// The exit status; a git that is told to end ends, and so does this process, once the directory is gone.
  private func wait(for child: Child) throws -> Int32 {
    var descriptor = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    while poll(&descriptor, 1, 100) <= 0 {
      // It has a process group of its own, which Ctrl-C does not reach.
      if TemporaryDirectory.isEnding { child.signalGroup(SIGTERM) }
    }
    var status: Int32 = 0
    _ = try System.call("wait for git") { waitpid(child.pid, &status, 0) }
    if TemporaryDirectory.isEnding { throw GitError.failed("interrupted") }
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
      let count = try System.call("read what git printed") { Int32(read(descriptor, &chunk, chunk.count)) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: chunk[..<Int(count)])
    }
  }

  private func said() throws -> String {
    let text = String(decoding: try contents("errors"), as: UTF8.self).split(separator: "\n").joined(separator: "; ")
    return text.isEmpty ? "git failed" : text
  }
}
