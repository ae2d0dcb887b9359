import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

/// The launch of a replay's own cluster.
struct ReplayLaunch {
  private let resolved: ResolvedConfig
  private let plan: ClusterPlan
  private let name: String
  private let programs: Programs
  private let slots: Set<Int>?

  /// - Parameter slots: `nil` is all.
  init(_ resolved: ResolvedConfig, _ plan: ClusterPlan, name: String, programs: Programs, slots: Set<Int>?) {
    self.resolved = resolved
    self.plan = plan
    self.name = name
    self.programs = programs
    self.slots = slots
  }

  /// Runs it to its end; a failure has been told then.
  func run(header: String, steps: Int) throws -> LaunchOutcome {
    let recorder = recorder()
    let view = ReplayView(plan, name: name, header: header, steps: steps)
    var options = Launcher.Options(programs: programs)
    options.slots = slots
    options.tickInterval = 0.1
    options.name = name
    options.recorder = recorder
    let launcher: Launcher
    do { launcher = try Launcher(plan, options: options, observer: view) } catch {
      try recorder?.finish(LaunchOutcome(status: 1, problem: "\(error)"), nil)
      throw error
    }
    let outcome = launcher.run()
    defer { launcher.letSignalsEnd() }
    view.finish()
    if launcher.isRefused { recorder?.discard() } else { try recorder?.finish(outcome, launcher.publishedSegment) }
    return outcome
  }

  /// Logs of the controllers are worth having, and no replay fails for want of them.
  private func recorder() -> RunRecorder? {
    do {
      return try RunRecorder(nil, resolved, plan, name: name, point: [])
    } catch {
      Terminal.error.print("ccluster: warning: \(error); the replay goes on without a directory of its own")
      return nil
    }
  }
}
