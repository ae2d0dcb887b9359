import CLinux
import ControlCluster
import Glibc

/// What the launch at the head tells its agent: names of hosts that nothing more will come of, a line each. The agent is
/// `mpirun`'s child and inherits nothing, so it opens the pipe by its place in this process.
final class AgentNews {
  static let environmentName = "CCLUSTER_AGENT_NEWS"

  private let ends: [Int32]

  init() throws(ClusterError) {
    var ends: [Int32] = [-1, -1]
    try System.check("pipe", linux_pipe(&ends))
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    self.ends = ends
  }

  deinit { for end in ends { close(end) } }

  var path: String { "/proc/\(getpid())/fd/\(ends[0])" }

  /// What does not fit is left out: then the agent finds out by itself.
  func tell(_ host: String) {
    let line = Array("\(host)\n".utf8)
    _ = line.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
  }
}
