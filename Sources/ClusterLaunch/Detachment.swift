import CLinux
import ControlCluster
import Glibc

/// A launch in a session of its own, which outlives the terminal that it was started from.
public enum Detachment {
  public enum Outcome: Equatable {
    case ready
    /// It has ended before it was.
    case ended(ProcessStatus)
  }

  /// Starts a command that says when it is ready (``letGo()``), and waits until it has, or has ended. A signal to
  /// this process is its own meanwhile.
  /// - Parameter relay: what it prints until then.
  public static func start(_ arguments: [String], relay: (String) -> Void) throws(ClusterError) -> Outcome {
    let handled = [SIGINT, SIGTERM, SIGHUP]
    let signals = try System.check("signalfd", linux_signalfd(handled, Int32(handled.count)))
    defer {
      close(signals)
      linux_unblock_signals(handled, Int32(handled.count))
    }
    var ends: [Int32] = [-1, -1]
    try System.check("pipe", linux_pipe(&ends))
    let reader = ends[0]
    defer { close(reader) }
    var request = SpawnRequest(arguments)
    request.startsSession = true
    request.descriptors = [(ends[1], STDOUT_FILENO), (ends[1], STDERR_FILENO)]
    let child: Child
    do throws(ClusterError) { child = try Spawn.start(request) } catch {
      close(ends[1])
      throw error
    }
    close(ends[1])
    defer { close(child.pidfd) }
    while true {
      var entries = [reader, signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&entries, 2, -1) > 0 else { continue }
      if entries[1].revents != 0 { child.signalGroup(linux_read_signal(signals)) }
      guard entries[0].revents != 0 else { continue }
      var chunk = [UInt8](repeating: 0, count: 1 << 14)
      let count = Glibc.read(reader, &chunk, chunk.count)
      guard count > 0 else { break }
      let isReady = chunk[count - 1] == readyMark
      relay(String(decoding: chunk[..<(isReady ? count - 1 : count)], as: UTF8.self))
      if isReady { return .ready }
    }
    var wait: Int32 = 0
    try System.call("wait for the launch") { waitpid(child.pid, &wait, 0) }
    return .ended(ProcessStatus(wait: wait))
  }

  /// No launch prints it: it moves the cursor, and such are left out of what is shown.
  private static let readyMark: UInt8 = 0

  /// Says that it is ready, and lets standard output and error go: what is printed from now on is kept in the logs.
  public static func letGo() {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { return }
    try? System.writeAll(STDERR_FILENO, [readyMark])
    for target in [STDOUT_FILENO, STDERR_FILENO] { dup2(null, target) }
    close(null)
  }
}
