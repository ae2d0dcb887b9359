import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

struct Launch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the cluster: server, controllers and simulator, until the simulator ends.",
    discussion: """
      Ctrl-C ends the run in order, a second one at once; Ctrl-Z suspends it. Whatever dies, no process and no shared memory is left behind.

      --detach returns once all controllers have registered, prints the run's name, and leaves it to 'status', 'logs', \
      'attach' and 'stop'.

      What a run is made of and what it prints is kept in a directory: --run-dir, or by default \
      $XDG_STATE_HOME/ccluster/NAME/TIME.

      With --sweep it runs once for each combination of values, and ends with a table. Every run has a directory with its \
      config.yaml, output.log and summary.json in that of the sweep, which has a sweep.json: --run-dir, or by default \
      such a directory of its own. The exit status is 0 when all runs ended with 0.
      """)

  @OptionGroup var config: ConfigOptions

  @Option(help: "Cluster steps after which the built-in simulator ends; 0 runs until stopped.")
  var steps: Int?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("End the run after this time: 10s, 2min, 500ms.", valueName: "duration"),
    transform: Launch.seconds)
  var duration: Double?

  @Flag(name: .customLong("no-simulator"), help: "Start no simulator; one attaches by hand.")
  var noSimulator = false

  @Option(help: "Run under this name instead of the config's, so that one config can run twice.")
  var name: String?

  @Option(
    name: .customLong("run-dir"),
    help: ArgumentHelp("Keep what the run is made of and what it prints in this directory.", valueName: "directory"),
    completion: .directory)
  var runDirectory: String?

  @Flag(help: "Return once all controllers have registered; the run goes on by itself.")
  var detach = false

  @Flag(name: .customLong("as-detached"), help: ArgumentHelp("What --detach starts.", visibility: .private))
  var isDetached = false

  @Flag(name: .customLong("dry-run"), help: "Only show what would run.")
  var dryRun = false

  @OptionGroup(title: "Sweeps") var sweep: SweepOptions

  func validate() throws {
    if detach, !sweep.axes.isEmpty { throw ValidationError("--detach is for one launch, and --sweep makes many") }
    if noSimulator, steps != nil { throw ValidationError("--steps is for the built-in simulator, and there is none") }
    if runDirectory == "" { throw ValidationError("--run-dir takes a directory, and is given an empty text") }
    try Self.check(name: name)
  }

  static func check(name: String?) throws {
    if let name, !isName(name) { throw ValidationError("--name takes up to 128 letters, digits, '.', '_' and '-'") }
  }

  /// Whether a run may be called that. There is room for the numbers that a sweep puts behind it, too.
  static func isName(_ name: String) -> Bool {
    (1...128).contains(name.utf8.count)
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }

  func run() throws {
    if !sweep.axes.isEmpty { return try runSweep() }
    if detach, !dryRun { return try runDetached() }
    if !sweep.point.isEmpty { Lifeline.holdOnAlone() }
    let resolved = try config.load(extra: extra)
    let plan = try config.plan(of: resolved)
    if steps != nil, case .command = plan.config.simulator.program {
      Terminal.error.print(
        "ccluster: warning: --steps is what the built-in simulator counts; this config's own may read it as 'simulator.steps'"
      )
    }
    // To show what would run is no launch: it may be meant for another machine.
    let preflight = Preflight(
      resolved, plan, facts: try Preflight.facts(), name: name, startsSimulator: !noSimulator,
      denied: dryRun ? .warning : .error)
    // A point's warnings have been told before the first one runs.
    preflight.tell(errorsOnly: !sweep.point.isEmpty)
    if preflight.isHopeless { throw ExitCode(1) }
    if dryRun { return try Terminal.output.data(PlanReport(plan).text) }
    try Self.refuseRunning(name ?? plan.config.name, advice: "--name OTHER runs this one beside it")
    let site: HostsCommand.Site? = try ClusterArgument.printingProblems { try self.site(plan) }
    let status: Int32
    do {
      let recorder = try recorder(resolved, plan)
      do { status = try launch(plan, site, recorder) } catch {
        try recorder?.finish(LaunchOutcome(status: 1, problem: "\(error)"), nil)
        throw error
      }
    } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
    if status != 0 { throw ExitCode(status) }
  }

  /// Overrides that options stand for.
  var extra: [String] { steps.map { ["simulator.steps=\($0)"] } ?? [] }

  /// What decides is the memory's lock; here is known who has it.
  /// - Parameter advice: what else there is to do than to end it.
  static func refuseRunning(_ name: String, advice: String) throws {
    guard let running = try? RunningCluster.find(name) else { return }
    let launcher = running.segment.launcher
    let started = WallClock.now(digits: 0, before: launcher.age).timeOfDay.prefix(8)
    Terminal.error.print(
      "ccluster: '\(name)' runs already: process \(launcher.pid), since \(started) (for \(Quantity.span(launcher.age))); "
        + "'ccluster stop \(name)' ends it, and \(advice)")
    throw ExitCode(1)
  }

  /// Who writes the run down. Only a directory that was asked for is worth not running at all.
  private func recorder(_ resolved: ResolvedConfig, _ plan: ClusterPlan) throws -> RunRecorder? {
    do {
      let recorder = try RunRecorder(
        runDirectory.map { RunDirectory($0) }, resolved, plan, name: name ?? plan.config.name, point: sweep.point)
      for warning in recorder.warnings { Terminal.error.print("ccluster: warning: \(warning)") }
      return recorder
    } catch  where runDirectory == nil {
      Terminal.error.print("ccluster: warning: \(error); the run goes on without a directory of its own")
      return nil
    }
  }

  /// What other hosts are started with; `nil` when there are none.
  private func site(_ plan: ClusterPlan) throws(ClusterError) -> HostsCommand.Site? {
    guard plan.shares.count > 1 else { return nil }
    return try .find(for: plan, .besideThisOne(), name: name ?? plan.config.name)
  }

  private func launch(_ plan: ClusterPlan, _ site: HostsCommand.Site?, _ recorder: RunRecorder?) throws -> Int32 {
    let view = LaunchView(
      plan, name: name ?? plan.config.name,
      startsSimulator: !noSimulator && plan.config.simulator.program != .external, isDetached: isDetached)
    var options = Launcher.Options(programs: try Programs.besideThisOne())
    options.runsSimulator = !noSimulator
    options.duration = duration
    options.tickInterval = 0.1
    options.name = name
    options.recorder = recorder
    options.hosts = site
    let notifier = ServiceNotifier(view, status: view.status)
    let launcher = try Launcher(plan, options: options, observer: notifier ?? view)
    let outcome = launcher.run()
    notifier?.finish(outcome)
    // First what must not be lost: a reader that has stalled keeps the last words waiting.
    var status = outcome.status
    do {
      if launcher.isRefused { recorder?.discard() } else { try recorder?.finish(outcome, launcher.publishedSegment) }
    } catch {
      Terminal.error.print("ccluster: \(error)")
      if status == 0, runDirectory != nil { status = 1 }
    }
    launcher.letSignalsEnd()
    view.finish(outcome, launcher.publishedSegment)
    return status
  }

  /// `10s`, `2min`, `500ms`, `1h`.
  static func seconds(_ text: String) throws -> Double {
    let units: [(String, Double)] = [("ms", 1e-3), ("min", 60), ("s", 1), ("h", 3600)]
    for (unit, factor) in units where text.hasSuffix(unit) {
      guard let value = Double(text.dropLast(unit.count)), value.isFinite else { continue }
      guard value > 0 else { throw ValidationError("it takes a time that is longer than 0") }
      return value * factor
    }
    throw ValidationError("it takes a time with its unit, such as 10s, 2min or 500ms")
  }
}
