import ControlCluster
import Glibc

// Who writes into a run directory holds a lock on it: a lock dies with its process, and no pid has to be trusted.
extension RunDirectory {
  /// An open descriptor of the directory, locked for as long as it is open.
  /// - Parameter refusal: what to say when another process holds it; by default what a launch says.
  func lock(orSay refusal: String? = nil) throws(ClusterError) -> Int32 {
    let descriptor = try System.call("open '\(path)'") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      throw code == EWOULDBLOCK
        ? .failed(refusal ?? "'\(path)' is being written by another launch; choose another --run-dir")
        : .system(call: "flock '\(path)'", errno: code)
    }
    return descriptor
  }

  /// Whether its run goes on.
  public var isRunning: Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// Whether its launcher was killed, or the machine was switched off: nobody writes there, and nobody has summed up.
  public var wasKilled: Bool { facts != nil && !isRunning && !holdsRun }

  /// What became of its run, after "the run"; `nil` while it goes on.
  public var end: String? {
    if wasKilled { return "left no summary: its launcher was killed" }
    guard !isRunning, let summary else { return nil }
    return "ended with status \(summary.status)" + (summary.reason.map { ": \($0)" } ?? "")
  }

  /// The directory that a launcher has open, and the path by which this process reaches it however long its own is; `nil`
  /// when it has none, or is another user's.
  public static func of(launcher pid: Int32) -> (directory: RunDirectory, short: String)? {
    for number in System.names(in: "/proc/\(pid)/fd").compactMap({ Int($0) }).sorted() {
      let short = "/proc/\(pid)/fd/\(number)"
      var status = stat()
      guard stat(short, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, let path = System.realPath(short),
        access("\(short)/\(RunFacts.fileName)", F_OK) == 0
      else { continue }
      return (RunDirectory(path), short)
    }
    return nil
  }
}
