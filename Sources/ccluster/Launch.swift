import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

struct Launch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the cluster: server, controllers and simulator, until the simulator ends.",
    discussion: """
      Ctrl-C ends the run in order, a second one at once. Whatever dies, no process and no shared memory is left behind.
      """)

  @OptionGroup var config: ConfigOptions

  @Option(help: "Cluster steps after which the built-in simulator ends; 0 runs until stopped.")
  var steps: Int?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("End the run after this time: 10s, 2min, 500ms.", valueName: "duration"))
  var duration: String?

  @Flag(name: .customLong("no-simulator"), help: "Start no simulator; one attaches by hand.")
  var noSimulator = false

  @Flag(name: .customLong("dry-run"), help: "Only show what would run.")
  var dryRun = false

  func run() throws {
    let seconds = try duration.map(Self.seconds)
    if noSimulator, steps != nil { throw ValidationError("--steps is for the built-in simulator, and there is none") }
    let plan = try config.plan(extra: steps.map { ["simulator.steps=\($0)"] } ?? [], warnsOfMachine: true)
    if dryRun { return try Terminal.output.data(PlanReport(plan).text) }
    let outcome: LaunchOutcome
    do {
      outcome = try launch(plan, for: seconds)
    } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
    if outcome.status != 0 { throw ExitCode(outcome.status) }
  }

  private func launch(_ plan: ClusterPlan, for seconds: Double?) throws -> LaunchOutcome {
    let view = LaunchView(plan, startsSimulator: !noSimulator && plan.config.simulator.program != .external)
    var options = Launcher.Options(programs: try Programs.besideThisOne())
    options.runsSimulator = !noSimulator
    options.duration = seconds
    options.tickInterval = 0.1
    let launcher = try Launcher(plan, options: options, observer: view)
    let outcome = launcher.run()
    view.finish(outcome, launcher.publishedSegment)
    return outcome
  }

  /// `10s`, `2min`, `500ms`, `1h`.
  private static func seconds(_ text: String) throws -> Double {
    let units: [(String, Double)] = [("ms", 1e-3), ("min", 60), ("s", 1), ("h", 3600)]
    for (unit, factor) in units where text.hasSuffix(unit) {
      if let value = Double(text.dropLast(unit.count)), value > 0, value.isFinite { return value * factor }
    }
    throw ValidationError("--for takes a time with its unit, such as 10s, 2min or 500ms; '\(text)' is none")
  }
}
