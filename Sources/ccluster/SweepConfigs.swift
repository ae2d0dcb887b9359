import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster

/// The configs of all points of a sweep, and what is wrong with them: told before anything runs, once for all points that
/// have it.
struct SweepConfigs {
  let sweep: Sweep
  private(set) var configs: [ResolvedConfig] = []
  private(set) var plans: [ClusterPlan] = []

  private let launch: Launch
  private var findings = SweepFindings()
  /// The first point of each config.
  private var firsts: [String: Sweep.Point] = [:]

  /// Problems are printed, and end the program with status 2.
  init(_ launch: Launch) throws {
    self.launch = launch
    do throws(ConfigError) { sweep = try Sweep(launch.sweep.axes) } catch {
      Terminal.error.tell(error)
      throw ExitCode(2)
    }
    for point in sweep.points { load(point) }
    findings.tell(of: sweep.points.count)
    if findings.hasErrors { throw ExitCode(2) }
    let demands = plans.map { Machine.Demand($0.config, bytes: $0.blueprint.layout.size) }
    Terminal.error.tell(Machine.current().warnings(for: demands, jobs: launch.sweep.jobs))
  }

  private mutating func load(_ point: Sweep.Point) {
    let resolved: ResolvedConfig
    do throws(ConfigError) {
      resolved = try launch.config.values.load(
        launch.config.files, extra: launch.extra, point: point.overrides, hosts: launch.config.hosts.hosts)
    } catch { return findings.add(error.diagnostics, point) }
    findings.add(resolved.warnings, point)
    let text = resolved.yaml(withOrigins: false)
    if let first = firsts[text] {
      let message = "this is the same config as point \(first.number), \(first.label)"
      findings.add([Sweep.problem(.duplicateName, message, in: point)], point)
    }
    firsts[text] = firsts[text] ?? point
    if launch.duration == nil, let reason = endless(resolved.config) {
      findings.add([Sweep.problem(.invalidValue, "this run would never end, \(reason): give --for", in: point)], point)
    }
    do throws(PlanError) {
      let plan = try ClusterPlan(resolved.config, configText: text)
      findings.add(resolved.machineWarnings(plan, startsSimulator: !launch.noSimulator), point)
      configs.append(resolved)
      plans.append(plan)
    } catch { findings.add([Sweep.problem(.tooLarge, "\(error)", in: point)], point) }
  }

  /// Why a run goes on until it is stopped.
  private func endless(_ config: ClusterConfig) -> String? {
    if launch.noSimulator { return "as it has no simulator" }
    switch config.simulator.program {
    case .external: return "as its simulator is started by hand"
    case .builtIn where config.simulator.steps == 0: return "as simulator.steps is 0"
    case .builtIn, .command: return nil
    }
  }
}
