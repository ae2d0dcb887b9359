import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ClusterReplay
import ControlCluster

extension Replay {
  /// All that is known before anything starts.
  struct Prepared {
    let programs: Programs
    let run: RecordedRun
    let request: ReplayRequest
    let resolved: ResolvedConfig
    let plan: ClusterPlan
    let name: String
  }

  /// What is wrong with the recording, the config or the machine is printed, and ends the program.
  func prepare(in directory: TemporaryDirectory) throws -> Prepared {
    let programs = try Programs.besideThisOne()
    let run = try RecordedRun(recording, programs, directory)
    let name = try name(of: run)
    try Launch.refuseRunning(name, advice: "--name OTHER replays beside it")
    let request = ReplayRequest(
      recording: run.path, report: "\(directory.path)/report.json",
      controllers: controllers.isEmpty ? nil : Set(try ControllerArguments.indices(controllers, or: "")).sorted(),
      steps: try steps(of: run), warmUp: warmUp,
      tolerance: Tolerance(absolute: tolerance, relative: relativeTolerance), ignored: ignore)
    let resolved = try load(run).replaying(simulator: [programs.replayer, request.json.compact])
    let plan = try values.plan(of: resolved, named: recording)
    try check(request, plan)
    let preflight = Preflight(resolved, plan, facts: try Preflight.facts(), name: name)
    preflight.tell()
    if preflight.isHopeless { throw ExitCode(1) }
    return Prepared(programs: programs, run: run, request: request, resolved: resolved, plan: plan, name: name)
  }

  /// A recording may have been made by anybody, and the name becomes part of a path.
  private func name(of run: RecordedRun) throws -> String {
    let name = self.name ?? "\(run.name)-replay"
    guard Launch.isName(name) else {
      throw ClusterError.failed(
        "\(recording): the recorded run's name cannot be that of a cluster: give one with --name")
    }
    return name
  }

  /// The resolved config extends no files that would have to be looked for.
  private var values: ValueOptions {
    var values = ValueOptions()
    (values.overrides, values.configPath) = (overrides, [])
    return values
  }

  private func steps(of run: RecordedRun) throws -> ClosedRange<Int> {
    let first = max(from?.firstStep(run.clusterDt) ?? 0, run.steps.lowerBound)
    let last = min(to?.lastStep(run.clusterDt) ?? .max, run.steps.upperBound)
    guard first <= last else {
      func text(_ step: Int) -> String { ReplayMoment(step: step, time: Double(step) * run.clusterDt).text }
      throw ClusterError.failed(
        "there is no step from --from to --to in \(recording): it holds \(text(run.steps.lowerBound)) to "
          + text(run.steps.upperBound))
    }
    return first...last
  }

  /// The recorded config with what is set on top. In messages it stands in the recording.
  private func load(_ run: RecordedRun) throws -> ResolvedConfig {
    let path = "\(run.path):config.yaml"
    return try values.loadPrintingProblems([path], contents: [path: Array(run.config.utf8)])
  }

  private func check(_ request: ReplayRequest, _ plan: ClusterPlan) throws {
    let count = plan.config.controllers.count
    for slot in request.controllers ?? [] where slot >= count {
      throw ClusterError.slotOutOfRange(slot: slot, count: count)
    }
    let layout = plan.blueprint.layout
    for ignored in ignore {
      let parts = ignored.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let buffer = layout[buffer: parts[0]] else {
        throw ClusterError.unknownBuffer(parts[0], known: layout.buffers.map(\.name))
      }
      if parts.count > 1, buffer[field: parts[1]] == nil {
        throw ClusterError.unknownField(buffer: buffer.name, field: parts[1], known: buffer.fields.map(\.name))
      }
    }
  }
}
