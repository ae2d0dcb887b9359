import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ControlCluster

struct Clean: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Removes what is left over: memory whose server is gone, and with --runs the directories of ended runs.",
    discussion: """
      Whether a server is gone is decided by its lock, never by a process's number; what runs is left alone. Of runs, those \
      are removed whose directory bears the name that a launch gave it.
      """)

  @Argument(
    help: ArgumentHelp("Only of these clusters.", valueName: "name"),
    completion: .custom { _, _, _ in SegmentName.ofThisUser })
  var names: [String] = []

  @Flag(help: "Remove run directories, too.")
  var runs = false

  @Option(help: ArgumentHelp("With --runs: leave the newest ones of each name.", valueName: "count"))
  var keep = 0

  @Flag(name: .customLong("dry-run"), help: "Only say what would be removed.")
  var dryRun = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if keep < 0 { throw ValidationError("--keep takes a number from 0 on") }
    if keep > 0, !runs { throw ValidationError("--keep is for --runs") }
  }

  func run() throws {
    var memory: [String] = []
    for found in RunningCluster.all() where found.cluster == nil && isWanted(found.name) {
      if dryRun ? Segment.isStale(found.name) : Segment.removeStale(found.name) { memory.append(found.name) }
    }
    var directories: [String] = []
    if runs {
      for name in RunDirectory.names where isWanted(name) {
        let removed = try? RunDirectory.parent(of: name).prune(
          ClusterConfig.Runs(keep: keep, age: .infinity), isTrial: dryRun)
        directories += removed?.map(\.path) ?? []
      }
    }
    if json {
      return try Terminal.output.data(
        JSONValue.object([
          .init(key: "memory", value: .array(memory.map(JSONValue.string))),
          .init(key: "runs", value: .array(directories.map(JSONValue.string))),
        ]).pretty + "\n")
    }
    let done = dryRun ? "would be removed" : "removed"
    for name in memory { Terminal.error.print("\(done): the memory of '\(name)'") }
    for directory in directories { Terminal.error.print("\(done): \(directory)") }
    if memory.isEmpty, directories.isEmpty { Terminal.error.print("nothing is left over") }
  }

  private func isWanted(_ name: String) -> Bool { names.isEmpty || names.contains(name) }
}
