import CLinux
import ControlCluster
import Glibc

/// Tells the head's launcher what happens on this host: standard output, as ``HostStream`` reads it. It never waits, and a
/// reader that has gone away ends nothing.
public final class HostReporter: LaunchObserver {
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var isGone = false

  /// - Parameter descriptor: made non-blocking.
  public init(_ descriptor: Int32 = STDOUT_FILENO) {
    self.descriptor = descriptor
    // A terminal that `mpirun` has made, or a pipe; nobody else writes there.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  public func show(_ event: LaunchEvent) {
    if !isGone { pending += HostStream.encode(event) }
  }

  public func tick(_ segment: Segment) {}

  /// Asked once a turn: what has gathered goes out.
  public var backlogged: [Int32] {
    writeBacklog()
    return pending.isEmpty ? [] : [descriptor]
  }

  public func writeBacklog() {
    var written = 0
    defer { pending.removeFirst(written) }
    while written < pending.count {
      let count = pending[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { return }
        isGone = true
        written = pending.count
        return
      }
      written += count
    }
  }

  /// The last words, for as long as somebody takes them.
  /// - Parameter patience: ms; of a daemon that is stuck nothing is expected.
  /// - Returns: whether all has been taken.
  public func finish(waiting patience: Int = 2000) -> Bool {
    let end = System.monotonicNanoseconds + UInt64(patience) * 1_000_000
    while true {
      writeBacklog()
      let left = Int64(bitPattern: end &- System.monotonicNanoseconds) / 1_000_000
      guard !pending.isEmpty, left > 0 else { return pending.isEmpty && !isGone }
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&entry, 1, Int32(left))
    }
  }
}
