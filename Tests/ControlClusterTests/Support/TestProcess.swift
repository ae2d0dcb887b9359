import CLinux
import Glibc

@testable import ControlCluster

/// A process of `ccluster-test-worker`, with pipes to its standard input and output. Killed, with its group, when it goes
/// away.
final class TestProcess {
  enum Role: String {
    case controller, server, client, stepper, goal, allocations
    case systemCalls = "system-calls"
  }

  let child: Child
  /// Those of a controller.
  let slots: Range<Int>
  private let input: Int32
  private let output: Int32
  private var status: Int32?
  /// What it may leave behind when it is killed before it can remove it.
  private let segment: String?
  private var unread = ""
  /// One for all: when this test process dies, however it does, the kernel kills what it has started.
  private static let lifeline = try? Lifeline()

  var pid: pid_t { child.pid }

  /// - Parameter mergesErrors: whether its standard error is read with its output; otherwise it is this process's.
  init(
    _ role: Role, slots: Range<Int> = 0..<0, environment: [(name: String, value: String)] = [],
    image: ClusterBlueprint? = nil, mergesErrors: Bool = false
  ) throws {
    self.slots = slots
    var ends: [Int32] = [-1, -1]
    try System.check("pipe", linux_pipe(&ends))
    let (stdin, input) = (ends[0], ends[1])
    try System.check("pipe", linux_pipe(&ends))
    let (output, stdout) = (ends[0], ends[1])
    let readEnd = try Self.lifeline?.openReadEnd() ?? -1
    defer { for descriptor in [stdin, stdout, readEnd] where descriptor >= 0 { close(descriptor) } }
    var request = SpawnRequest([try Self.executable()])
    // Some are meant to crash; nobody needs to read how.
    request.environment = environment + [("CCLUSTER_TEST_ROLE", role.rawValue), ("SWIFT_BACKTRACE", "enable=no")]
    request.descriptors = [
      (stdin, STDIN_FILENO), (stdout, STDOUT_FILENO), (mergesErrors ? stdout : STDERR_FILENO, STDERR_FILENO),
    ]
    if readEnd >= 0 { request.descriptors.append((readEnd, 7)) }
    var imageDescriptor: Int32 = -1
    defer { if imageDescriptor >= 0 { close(imageDescriptor) } }
    if let image {
      imageDescriptor = try System.check("memfd", linux_memfd("image"))
      try System.writeAll(imageDescriptor, image.encode())
      request.descriptors.append((imageDescriptor, 4))
    }
    segment = image.map { SegmentName.of($0.layout.name) }
    if let segment { Leftovers.add(segment: segment) }
    child = try Spawn.start(request)
    self.input = input
    self.output = output
    if readEnd >= 0 { try? Lifeline.tie(readEnd, to: child.pid) }
    Leftovers.add(group: child.pid)
  }

  deinit {
    end()
    if let segment {
      Segment.removeStale(segment)
      Leftovers.remove(segment: segment)
    }
    close(child.pidfd)
    close(input)
    close(output)
  }

  /// Beside the tests' own bundle, which the runner may be or may have loaded.
  private static func executable() throws -> String {
    for line in (System.contents(of: "/proc/self/maps", limit: 1 << 24) ?? "").split(separator: "\n") {
      guard line.hasSuffix(".xctest"), let start = line.firstIndex(of: "/"), let end = line.lastIndex(of: "/") else {
        continue
      }
      let candidate = line[start...end] + "ccluster-test-worker"
      if access(String(candidate), X_OK) == 0 { return String(candidate) }
    }
    throw TimedOut(description: "no ccluster-test-worker beside the bundle of the tests")
  }

  func send(_ line: String) throws { try System.writeAll(input, Array((line + "\n").utf8)) }

  /// The next line of its output; `nil` when it has closed it.
  func readLine() -> String? {
    while true {
      if let end = unread.firstIndex(of: "\n") {
        defer { unread.removeSubrange(...end) }
        return String(unread[..<end])
      }
      var bytes = [UInt8](repeating: 0, count: 512)
      let count = read(output, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      unread += String(decoding: bytes[..<count], as: UTF8.self)
    }
  }

  func signal(_ signal: Int32) { kill(pid, signal) }

  /// Whether a signal has stopped it.
  var isStopped: Bool {
    guard let stat = System.contents(of: "/proc/\(pid)/stat"), let name = stat.lastIndex(of: ")") else { return false }
    return stat[name...].dropFirst(2).first == "T"
  }

  /// Whether it has ended; it is reaped then.
  var hasEnded: Bool {
    if status != nil { return true }
    var code: Int32 = 0
    guard waitpid(pid, &code, WNOHANG) == pid else { return false }
    status = code
    Leftovers.remove(group: pid)
    return true
  }

  /// Its exit code, or -n when signal n ended it.
  func waitForEnd(within seconds: Double = 15) throws -> Int32 {
    try waitUntil("process \(pid) has ended", within: seconds) { hasEnded }
    let signal = status! & 0x7f
    return signal == 0 ? (status! >> 8) & 0xff : -signal
  }

  func end() {
    guard status == nil else { return }
    child.signalGroup(SIGKILL)
    var code: Int32 = 0
    waitpid(pid, &code, 0)
    status = code
    Leftovers.remove(group: pid)
  }
}
