import CLinux
import ClusterLaunch
import ControlCluster
import Glibc

/// A process beside `ccluster drive` that lets robots stand still when that dies, or stands still itself while they move.
///
/// It reads which rows move, a line each time they are written; the end of the pipe is the driver's death, for the kernel closes it
/// whatever the driver died of. It leads a session of its own, so that no end of a terminal reaches it.
final class DriveGuardian {
  private let child: Child
  private let pipe: Int32

  /// - Throws: what keeps the process from starting: without it nobody drives.
  init(of cluster: String, buffer: String) throws(ClusterError) {
    var ends: [Int32] = [0, 0]
    try System.check("pipe", linux_pipe(&ends))
    defer { close(ends[0]) }
    // A driver never waits for it: what does not fit is not news.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    var request = SpawnRequest([try Programs.thisOne(), DriveGuard.name, cluster, buffer])
    request.descriptors = [(ends[0], STDIN_FILENO)]
    request.startsSession = true
    do throws(ClusterError) { child = try Spawn.start(request) } catch {
      close(ends[1])
      throw error
    }
    pipe = ends[1]
    // Its death must not be this one's.
    signal(SIGPIPE, SIG_IGN)
  }

  deinit {
    close(pipe)
    waitpid(child.pid, nil, 0)
    close(child.pidfd)
  }

  /// - Parameter rows: those whose twist is not zero, from now on.
  /// - Returns: whether there is somebody to note it: without it nobody drives.
  func note(moving rows: [Int]) -> Bool {
    let line = Array((Quantity.ranges(rows) + "\n").utf8)
    return line.withUnsafeBytes { write(pipe, $0.baseAddress, $0.count) } >= 0 || errno != EPIPE
  }
}
