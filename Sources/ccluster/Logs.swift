import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ControlCluster
import Glibc

struct Logs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints what the processes of a run have printed and what happened to them, in the order of time.",
    discussion: """
      Of a cluster that runs, or of the last run of that name; a NAME with a slash is a run directory. PROCESS is a process by \
      its name, or 'launcher' for what happened. A line's level is the word that its logger wrote (DEBUG, INFO, WARNING, ERROR \
      and their like, near the start and marked as such); a line without one is info. --json prints one object a line: \
      {"time", "process", "stream", "level", "text"}.
      """)

  @Argument(
    help: ArgumentHelp("The cluster's name, or a run directory.", valueName: "name"),
    completion: .custom { _, _, _ in Array(Set(SegmentName.ofThisUser + RunDirectory.names)).sorted() })
  var name: String

  @Argument(help: ArgumentHelp("Only these, with the events about them.", valueName: "process"))
  var processes: [String] = []

  @Flag(name: .shortAndLong, help: "Go on until the run ends.")
  var follow = false

  @Option(help: "Only lines of this level and above: debug, info, warning or error.")
  var level = LogLevel.debug

  @Option(
    help: ArgumentHelp("Only what is younger (10min, 2h) or later (2026-11-25T22:10, UTC).", valueName: "time"),
    transform: Logs.moment)
  var since: WallClock?

  @Option(
    name: [.customShort("n"), .long], help: ArgumentHelp("Only the last lines, before going on.", valueName: "lines"))
  var tail: Int?

  @Flag(help: "Print JSON, an object a line.")
  var json = false

  func validate() throws {
    if let tail, tail < 0 { throw ValidationError("--tail takes a number from 0 on") }
  }

  func run() throws {
    let directory = try ClusterArgument.printingProblems { try find() }
    let known = LogReader.names(in: directory)
    for process in processes where !known.contains(process) {
      let hint = Suggestion.nearest(to: process, among: known).map { "did you mean '\($0)'?" }
      Terminal.error.print(
        "ccluster: the run has no process '\(process)'; \(hint ?? "there are \(known.joined(separator: ", "))")")
      throw ExitCode(1)
    }
    let reader = LogReader(directory, processes: processes)
    let printer = LogPrinter(processes.isEmpty ? known : processes, json: json)
    // Looked at before reading: what comes after the end is read, too.
    var goesOn = follow && directory.isRunning
    var last: [LogRecord] = []
    reader.read { record in
      guard isWanted(record) else { return }
      guard let tail else { return printer.print(record) }
      last.append(record)
      if last.count > max(1, 2 * tail) { last.removeFirst(last.count - tail) }
    }
    for record in last.suffix(tail ?? 0) { printer.print(record) }
    while goesOn {
      usleep(50_000)
      goesOn = directory.isRunning
      reader.read { if isWanted($0) { printer.print($0) } }
      if printer.readerIsGone { return }
    }
    try Terminal.output.finish()
    if directory.wasKilled, let end = directory.end { Terminal.error.print("ccluster: the run \(end)") }
  }

  private func isWanted(_ record: LogRecord) -> Bool {
    record.level >= level && (since.map { record.time.text >= $0.text } ?? true)
  }

  private func find() throws -> RunDirectory {
    if name.contains("/") {
      guard RunDirectory(name).facts != nil else { throw ClusterError.failed("there is no run in '\(name)'") }
      return RunDirectory(name)
    }
    if let run = try? RunningCluster.find(name).run { return run.directory }
    if let latest = RunDirectory.latest(of: name) { return latest }
    let known = SegmentName.ofThisUser + RunDirectory.names
    if known.contains(name) {
      throw ClusterError.failed("'\(name)' has no logs: its run directory is gone, or could not be made")
    }
    let hint = Suggestion.nearest(to: name, among: known).map { "; did you mean '\($0)'?" }
    throw ClusterError.failed("there are no logs of a cluster '\(name)'\(hint ?? "")")
  }

  private static func moment(_ text: String) throws -> WallClock {
    if let seconds = try? Launch.seconds(text) { return .now(digits: 6, before: seconds) }
    let digits = text.replacing(" ", with: "T")
    guard digits.first?.isNumber == true, digits.count >= 10, digits.allSatisfy({ $0.isNumber || "-:T.Z".contains($0) })
    else {
      throw ValidationError("it takes a time such as 10min, or a moment such as 2026-11-25T22:10")
    }
    // Texts are compared, and the beginning of one is before it.
    return WallClock(text: digits.hasSuffix("Z") ? String(digits.dropLast()) : digits)
  }
}

extension LogLevel: ExpressibleByArgument {}
