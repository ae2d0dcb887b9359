import ControlCluster

/// The git revision that a config's files lie in, and whether one of them is not as it has them.
public struct ConfigRevision: Sendable, Equatable {
  public var revision: String
  /// Whether a file of the config is changed or unknown to git; what else lies in the repository does not count.
  public var isDirty: Bool

  /// As long as this may git take, ms: a repository on a slow disk must not keep a run from starting.
  private static let patience: Int32 = 2000

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
    // It only looks: it shall not write a fresher index.
    Command.output(
      ["git", "-C", directory] + arguments, environment: [("GIT_OPTIONAL_LOCKS", "0")], patience: patience)
  }
}
