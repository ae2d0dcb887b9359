import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ClusterReplay
import ControlCluster
import Glibc

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Feeds a recorded run to its controllers again, and compares what they make of it.",
    discussion: """
      The recorded config starts a cluster of its own, NAME-replay, with the same controllers; in the simulator's place stands \
      the recording. Step by step it puts into the memory what simulator and tools had written, asks those who had taken part, \
      and compares outcomes and rows: to the bit, or within --tolerance. Who had been reset in a step, deactivated or started \
      anew is so here, too. Of a controller that failed or died the outcome is compared; one that was late is not. The buffer 'profiling' \
      holds times, and is not compared.

      A controller that remembers does the same only after the same steps: with --from, those before it are replayed as well, \
      and not compared; --warm-up shortens that.

      --set tries other values or another program: --set "controllers.program={command: [./my-mpc]}". What is fed must keep its \
      layout. A controller has a minute for each solve, or solve_timeout if that is longer: a debugger wants \
      --set controllers.solve_timeout=1h.

      Exit status: 0 when all of it is the same, 1 when something differs or the replay failed, 2 when the config is invalid.

      With --json: {"same", "steps": {"compared", "different", "warmed_up", "first", "last"}, "values", "tolerance", "outcomes": \
      [{"controller", "step", "time", "steps", "recorded", "replayed", "same", "recorded_message", "replayed_message"}], \
      "differences": [{"controller", "field", "element", "dtype", "unit", "steps", "first", "worst": {"step", "time", "recorded", \
      "replayed", "absolute", "relative", "ulps"}}], "notes", "problem", "recording", "cluster", "controllers"}. Times are in \
      seconds, "nan", "inf" and "-inf" are what is no number; the worst difference comes first.
      """)

  @Argument(help: "What 'ccluster record' has written.", completion: .file(extensions: ["mcap"]))
  var recording: String

  @Option(
    name: .customLong("controller"), parsing: .singleValue,
    help: ArgumentHelp("Only these: numbers and ranges such as 0-3,7; may be repeated.", valueName: "controllers"))
  var controllers: [String] = []

  @Option(help: ArgumentHelp("Compare from here on: a step's number, or simulated time as 8.2s.", valueName: "moment"))
  var from: ReplayTime?

  @Option(help: ArgumentHelp("The last step: a step's number, or simulated time.", valueName: "moment"))
  var to: ReplayTime?

  @Option(
    name: .customLong("warm-up"),
    help: ArgumentHelp(
      "What is replayed before --from: all, reset (since each was reset or started last), or a number of steps.",
      valueName: "steps"), transform: Replay.warmUp)
  var warmUp = ReplayRequest.WarmUp.all

  @Option(help: ArgumentHelp("Accept differences up to this, in a field's own unit.", valueName: "difference"))
  var tolerance: Double?

  @Option(
    name: .customLong("relative-tolerance"),
    help: ArgumentHelp("Accept differences up to this share of the recorded value.", valueName: "share"))
  var relativeTolerance: Double?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Do not compare this buffer, or field; may be repeated.", valueName: "buffer[.field]"))
  var ignore: [String] = []

  @Option(help: ArgumentHelp("Values that the table shows.", valueName: "rows"))
  var limit = 20

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Set a value of the recorded config; may be repeated.", valueName: "path=value"),
    completion: .custom { words, _, _ in KeyPaths.completions(words) })
  var overrides: [String] = []

  @Option(help: "Run under this name instead of NAME-replay, so that two can run.")
  var name: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    for (option, value) in [("--tolerance", tolerance), ("--relative-tolerance", relativeTolerance)] {
      if let value, !(value >= 0) || value.isInfinite {
        throw ValidationError("\(option) takes a number from 0 on, not \(value)")
      }
    }
    if limit < 0 { throw ValidationError("--limit takes a number from 0 on") }
    if !controllers.isEmpty { _ = try ControllerArguments.indices(controllers, or: "") }
    try Launch.check(name: name)
  }

  static func warmUp(_ text: String) throws -> ReplayRequest.WarmUp {
    switch text {
    case "all": return .all
    case "reset": return .reset
    default:
      guard let steps = Int(text), steps >= 0 else {
        throw ValidationError("it takes 'all', 'reset' or a number of steps, and not '\(text)'")
      }
      return .steps(steps)
    }
  }

  func run() throws {
    let (report, outcome) = try ClusterArgument.printingProblems {
      let directory = try TemporaryDirectory()
      defer { directory.remove() }
      return try replay(directory)
    }
    let terminal = Terminal.output
    if json {
      try terminal.data(report.json.pretty + "\n")
    } else {
      try terminal.data(report.text(width: terminal.tableWidth, limit: limit) { terminal.styled($0, $1.onTerminal) })
    }
    if outcome.status != 0 { throw ExitCode(outcome.status) }
    if !report.isSame { throw ExitCode(1) }
  }

  /// - Returns: with the report how the launch has ended: one that was interrupted leaves what it had found.
  private func replay(_ directory: TemporaryDirectory) throws -> (ReplayReport, LaunchOutcome) {
    let prepared = try directory.holdingSignals { try prepare(in: directory) }
    let request = prepared.request
    let launch = ReplayLaunch(
      prepared.resolved, prepared.plan, name: prepared.name, programs: prepared.programs,
      slots: request.controllers.map(Set.init))
    let outcome = try launch.run(
      header: header(prepared), steps: request.steps.upperBound - prepared.run.steps.lowerBound + 1)
    guard let text = System.contents(of: request.report, limit: .max) else {
      // Why there is none has been told.
      throw ExitCode(outcome.status == 0 ? 1 : outcome.wasInterrupted ? outcome.status : 1)
    }
    return (try ReplayReport(parsing: text), outcome)
  }

  private func header(_ prepared: Prepared) -> String {
    let request = prepared.request
    let who =
      request.controllers.map { "controller\($0.count == 1 ? "" : "s") \(Quantity.ranges($0))" }
      ?? Quantity.count(prepared.plan.config.controllers.count, "controller")
    let steps = "\(Quantity.thousands(request.steps.lowerBound)) to \(Quantity.thousands(request.steps.upperBound))"
    return "\(Terminal.error.styled(prepared.name, .bold))  \(who), steps \(steps) of \(recording)"
  }
}

extension ReplayReport.Style {
  fileprivate var onTerminal: Terminal.Style {
    switch self {
    case .good: .green
    case .bad: .red
    case .warning: .yellow
    case .dim: .dim
    case .title: .bold
    }
  }
}
