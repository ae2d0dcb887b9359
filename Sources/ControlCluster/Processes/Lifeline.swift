import CLinux
import Glibc

/// A pipe whose write ends only the launcher and the server hold. When both are gone, however they went, it closes, and the
/// kernel kills every process group that was tied to it: no orphans, without a process that would have to survive.
///
/// A group is tied by an open file description of its own on the read end (the owner and signal of `O_ASYNC` belong to the
/// description), which its processes inherit. One that leaves its group and closes every descriptor escapes.
public final class Lifeline: Sendable {
  /// The descriptor on which a process finds its read end; `CCLUSTER_LIFELINE` says so too.
  public static let environmentName = "CCLUSTER_LIFELINE"

  private let readEnd: Int32
  /// Handed to the server, which must keep it open until it ends.
  public let writeEnd: Int32

  public init() throws(ClusterError) {
    // Started without standard streams, this process would print into the pipe, and the kernel kills on input as well.
    while true {
      let lowest = try System.call("open /dev/null") { open("/dev/null", O_RDWR) }
      if lowest > STDERR_FILENO {
        close(lowest)
        break
      }
    }
    var ends: [Int32] = [-1, -1]
    try System.check("pipe", linux_pipe(&ends))
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// A read end of its own for one process group, close-on-exec; the caller closes it once the group has inherited it.
  public func openReadEnd() throws(ClusterError) -> Int32 {
    // A second open of a pipe through /proc makes a new description of the same pipe.
    try System.call("open the lifeline") { open("/proc/self/fd/\(readEnd)", O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
  }

  /// Has the kernel kill the group when the lifeline closes, or send it another signal.
  public static func tie(_ readEnd: Int32, to group: pid_t, by signal: Int32 = SIGKILL) throws(ClusterError) {
    try System.check("tie process group \(group) to the lifeline", linux_signal_group_on_event(readEnd, group, signal))
  }

  /// Like ``holdOn()``, for a program that starts others: they are not to inherit its tie.
  public static func holdOnAlone() {
    guard let text = System.environment(environmentName), let descriptor = Int32(text) else { return }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    holdOn()
    unsetenv(environmentName)
  }

  /// Called by our own programs when they start: if the lifeline closed before their parent could tie them to it, they end.
  /// - Returns: whether the kernel kills this process when launcher and server are gone.
  @discardableResult
  public static func holdOn() -> Bool {
    guard let text = System.environment(environmentName), let descriptor = Int32(text) else { return false }
    // Only if the parent has not come to it: a process that has left its group must not take the tie away from it.
    if fcntl(descriptor, F_GETOWN) == 0 { _ = linux_signal_group_on_event(descriptor, getpgrp(), SIGKILL) }
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, 0) > 0, Int32(entry.revents) & POLLHUP != 0 { kill(getpid(), SIGKILL) }
    return fcntl(descriptor, F_GETOWN) == -getpgrp()
  }
}
