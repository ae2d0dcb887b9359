import CLinux
import ControlCluster
import Glibc

/// The git revision that a config's files lie in, and whether one of them is not as it has them.
public struct ConfigRevision: Sendable, Equatable {
  public var revision: String
  /// Whether a file of the config is changed or unknown to git; what else lies in the repository does not count.
  public var isDirty: Bool

  /// As long as this may git take, ms: a repository on a slow disk must not keep a run from starting.
  private static let patience = 2000

  /// - Parameter files: absolute paths, the config itself first.
  /// - Returns: `nil` outside a repository, and where there is no git.
  public static func of(_ files: [String]) -> ConfigRevision? {
    guard let first = files.first, let slash = first.lastIndex(of: "/") else { return nil }
    let directory = slash == first.startIndex ? "/" : String(first[..<slash])
    guard let top = git(in: directory, ["rev-parse", "--show-toplevel"])?.split(separator: "\n").first else {
      return nil
    }
    // What is outside is no business of this repository's.
    let inside = files.filter { $0.hasPrefix(top + "/") }
    let status = ["status", "--porcelain=v2", "--branch", "--untracked-files=all", "--"] + inside
    guard let lines = git(in: directory, status)?.split(separator: "\n") else { return nil }
    let prefix = "# branch.oid "
    guard let revision = lines.first(where: { $0.hasPrefix(prefix) })?.dropFirst(prefix.count) else { return nil }
    return ConfigRevision(revision: String(revision), isDirty: lines.contains { !$0.hasPrefix("#") })
  }

  private static func git(in directory: String, _ arguments: [String]) -> String? {
    let output = linux_memfd("git")
    guard output >= 0 else { return nil }
    defer { close(output) }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    var request = SpawnRequest(["git", "-C", directory] + arguments)
    // It only looks: it shall not write a fresher index.
    request.environment = [("GIT_OPTIONAL_LOCKS", "0"), ("LC_ALL", "C")]
    request.descriptors = [(output, STDOUT_FILENO), (null, STDERR_FILENO)]
    guard let child = try? Spawn.start(request) else { return nil }
    defer { close(child.pidfd) }
    var entry = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, Int32(patience)) <= 0 { child.signalGroup(SIGKILL) }
    var status: Int32 = 0
    guard waitpid(child.pid, &status, 0) == child.pid, status == 0 else { return nil }
    return System.contents(of: "/proc/self/fd/\(output)")
  }
}
