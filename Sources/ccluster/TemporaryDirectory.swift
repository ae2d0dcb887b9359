import ClusterLaunch
import ControlCluster
import Glibc

/// A directory that only this user can read, until it is removed.
struct TemporaryDirectory {
  /// Absolute, without links.
  let path: String

  /// In `TMPDIR`, or in /tmp.
  init() throws(ClusterError) {
    let parent = System.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(parent)/ccluster.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, let real = realpath(template, nil) else {
      throw .system(call: "create a directory in '\(parent)'", errno: errno)
    }
    defer { free(real) }
    path = String(cString: real)
  }

  /// With all that is in it.
  func remove() { FileTree.remove(path) }

  private static var endings: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
    return signals
  }

  /// Whether a signal waits to end this process.
  static var isEnding: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return [SIGINT, SIGTERM, SIGHUP].contains { sigismember(&pending, $0) == 1 }
  }

  /// Ctrl-C and its like take effect once the directory is gone.
  func holdingSignals<Result>(_ body: () throws -> Result) throws -> Result {
    var signals = Self.endings
    var before = sigset_t()
    sigprocmask(SIG_BLOCK, &signals, &before)
    defer {
      if Self.isEnding { remove() }
      sigprocmask(SIG_SETMASK, &before, nil)
    }
    return try body()
  }
}
