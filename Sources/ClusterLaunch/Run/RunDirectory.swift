import ClusterConfig
import ControlCluster
import Glibc

/// The directory of one run, from which it can be understood and repeated:
///
/// ```
/// config.yaml            the resolved config, with the origin of every value; itself a config
/// plan.txt, plan.json    what follows from it: the memory map and the processes
/// run.json               what ran where: ``RunFacts``
/// events.jsonl           what happened: an ``EventRecord`` a line
/// logs/PROCESS.log       what a process printed, each line with its time and stream; PROCESS.log.1 and so on are older
/// logs/HOST/PROCESS.log  the same of a process on another host
/// archive/               copies of what the config's `archive` names
/// control.sock           where the run takes requests, while it is there
/// summary.json           how the run went, written when it ends; a run that was killed leaves none
/// output.log             all that it printed, where somebody has kept it (a sweep does)
/// ```
///
/// While a run goes on its launcher holds a lock on the directory.
public struct RunDirectory: Sendable, Equatable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Where the run's output goes.
  public var log: String { "\(path)/output.log" }
  /// The resolved config.
  var config: String { "\(path)/config.yaml" }
  private var summaryFile: String { "\(path)/summary.json" }
  var factsFile: String { "\(path)/\(RunFacts.fileName)" }
  public var events: String { "\(path)/events.jsonl" }
  public var logs: String { "\(path)/logs" }
  var archive: String { "\(path)/archive" }
  static let socketName = "control.sock"

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
          let name = made.hasPrefix("./") ? String(made.dropFirst(2)) : made
          if code == EEXIST { throw .failed("'\(name)' is a file, and no directory for a run") }
          throw .system(call: "make the directory '\(name)'", errno: code)
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
  public func createTimed() throws(ClusterError) -> RunDirectory {
    try create()
    let stamp = String(WallClock.now().text.prefix(19)).replacing(":", with: "-") + "Z"
    // Behind all of that second, so that one that has made room does not lend its name to a newer one.
    let taken = System.names(in: path).filter { $0.hasPrefix(stamp) }.map { Int($0.dropFirst(stamp.count + 1)) ?? 1 }
    for number in ((taken.max() ?? 0) + 1)... {
      let directory = "\(path)/\(stamp)" + (number == 1 ? "" : ".\(number)")
      if mkdir(directory, 0o777) == 0 { return RunDirectory(directory) }
      if errno != EEXIST { throw .system(call: "make the directory '\(directory)'", errno: errno) }
    }
    preconditionFailure("numbers do not end")
  }

  /// Directories in this one, in the order of their names.
  var inside: [RunDirectory] {
    System.names(in: path).filter { !$0.hasPrefix(".") && $0 != Self.latestName }.sorted()
      .map { RunDirectory("\(path)/\($0)") }
  }

  private static let latestName = "latest"

  /// The directory of the last launch of that name, wherever it was; `nil` when there is none.
  public static func latest(of name: String) -> RunDirectory? {
    guard let parent = try? parent(of: name) else { return nil }
    if let path = System.realPath("\(parent.path)/\(latestName)") { return RunDirectory(path) }
    // A first launch that was killed before it had its name.
    return parent.inside.last(where: \.isRunOfOurs)
  }

  /// Names that have been launched before.
  public static var names: [String] {
    guard let states = try? parent(of: ".") else { return [] }
    return System.names(in: states.path).filter { latest(of: $0) != nil }.sorted()
  }

  /// Makes this the directory of the last launch of that name.
  func becomeLatest(of name: String) throws(ClusterError) {
    let parent = try Self.parent(of: name)
    try parent.create()
    let link = "\(parent.path)/\(Self.latestName)"
    let new = "\(parent.path)/.\(Self.latestName).\(getpid())"
    unlink(new)
    try System.call("link '\(new)'") { symlink(System.realPath(path) ?? path, new) }
    // In one step, so that there is one at any moment.
    try System.call("rename '\(new)'") { rename(new, link) }
  }
}
