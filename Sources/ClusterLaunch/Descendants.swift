import ControlCluster
import Glibc

/// What is left below this process. Orphans of a subreaper become its children, so whatever a run has started and that did
/// not end with its group is found here.
struct Descendants {
  /// Children that were there before the run: a shell that execs `ccluster` passes its own on.
  private let foreign: Set<pid_t>

  init() { foreign = Set(Self.children()) }

  private static func children() -> [pid_t] {
    System.names(in: "/proc/self/task").flatMap { task in
      (System.contents(of: "/proc/self/task/\(task)/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
    }
  }

  /// Kills and reaps all that is left, for two seconds at most; children of the killed appear as ours in turn.
  func killAll() {
    for _ in 0..<200 {
      let left = Self.children().filter { !foreign.contains($0) }
      if left.isEmpty { return }
      for pid in left {
        kill(pid, SIGKILL)
        waitpid(pid, nil, WNOHANG)
      }
      usleep(10_000)
    }
  }
}
