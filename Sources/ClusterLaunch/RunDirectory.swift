import ClusterConfig
import ControlCluster
import Glibc

/// The directory of one run, from which it can be understood and repeated:
///
/// ```
/// config.yaml    the resolved config, with the origin of every value; itself a config
/// summary.json   how the run went, written when it ends; a run that was killed leaves none
/// output.log     all that it printed, where somebody has kept it (a sweep does)
/// ```
public struct RunDirectory: Sendable, Equatable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Where the run's output goes.
  public var log: String { "\(path)/output.log" }
  /// The resolved config.
  var config: String { "\(path)/config.yaml" }
  private var summaryFile: String { "\(path)/summary.json" }

  /// Makes the directory, and those above it, where they are missing.
  public func create() throws(ClusterError) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/\(part)"
      if mkdir(made, 0o777) != 0 {
        let code = errno
        var status = stat()
        // A link to a directory is one.
        guard code == EEXIST, stat(made, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
          throw .system(call: "make the directory '\(made)'", errno: code == EEXIST ? ENOTDIR : code)
        }
      }
    }
  }

  public func write(_ resolved: ResolvedConfig) throws(ClusterError) {
    try NewFile(config).write(resolved.yaml(withOrigins: true), replacing: true)
  }

  public func write(_ summary: RunSummary) throws(ClusterError) {
    try NewFile(summaryFile).write(summary.json.pretty + "\n", replacing: true)
  }

  /// How the run went; `nil` for one that has not ended, or that left no words.
  public var summary: RunSummary? {
    guard let text = System.contents(of: summaryFile), let json = try? JSONValue(parsing: text) else { return nil }
    return RunSummary(json)
  }

  /// Whether a run has ended here.
  public var holdsRun: Bool { access(summaryFile, F_OK) == 0 }

  /// So that a run that is killed cannot be taken for the one before it.
  func removeSummary() throws(ClusterError) {
    if unlink(summaryFile) != 0, errno != ENOENT { throw .system(call: "remove '\(summaryFile)'", errno: errno) }
  }

  /// The config that the run had.
  func loadConfig() throws(ConfigError) -> ResolvedConfig { try ClusterConfig.load(path: config) }

  // MARK: Where runs go when nobody says

  /// `$XDG_STATE_HOME/ccluster/NAME`, by default in `~/.local/state`: a directory for each run of that name.
  public static func parent(of name: String) throws(ClusterError) -> RunDirectory {
    // The specification of XDG has relative paths ignored.
    if let state = System.environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      return RunDirectory("\(state)/ccluster/\(name)")
    }
    let home = System.environment("HOME") ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? ""
    guard home.hasPrefix("/") else { throw .failed("there is no home directory for runs; --run-dir chooses one") }
    return RunDirectory("\(home)/.local/state/ccluster/\(name)")
  }

  /// A new directory named by the time, in UTC so that names sort: `2026-11-25T22-10-05Z`, with `.2` behind it for a
  /// second one of that second.
  func createTimed() throws(ClusterError) -> RunDirectory {
    try create()
    let stamp = String(WallClock.now().text.prefix(19)).replacing(":", with: "-") + "Z"
    for number in 1... {
      let directory = "\(path)/\(stamp)" + (number == 1 ? "" : ".\(number)")
      if mkdir(directory, 0o777) == 0 { return RunDirectory(directory) }
      if errno != EEXIST { throw .system(call: "make the directory '\(directory)'", errno: errno) }
    }
    preconditionFailure("numbers do not end")
  }

  /// Directories in this one, in the order of their names.
  var inside: [RunDirectory] {
    System.names(in: path).filter { !$0.hasPrefix(".") }.sorted().map { RunDirectory("\(path)/\($0)") }
  }
}
