import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster

/// The configs of all points of a sweep, and what is wrong with them: told before anything runs, once for all points that
/// have it.
struct SweepConfigs {
  struct Points {
    var sweep: Sweep
    var configs: [ResolvedConfig] = []
    var plans: [ClusterPlan] = []
  }

  /// A problem, and the points that have it.
  private struct Finding {
    var diagnostic: Diagnostic
    var points: [Sweep.Point]
  }

  private let launch: Launch

  init(_ launch: Launch) { self.launch = launch }

  /// Problems are printed, and end the program with status 2.
  func load(for seconds: Double?) throws -> Points {
    var points: Points
    do throws(ConfigError) { points = Points(sweep: try Sweep(launch.sweep.axes)) } catch {
      Terminal.error.write(error.rendered(color: Terminal.error.hasColor))
      throw ExitCode(2)
    }
    var findings: [Finding] = []
    var places: [String: Int] = [:]
    func note(_ diagnostics: [Diagnostic], _ point: Sweep.Point) {
      for diagnostic in diagnostics {
        let index = places[Self.key(diagnostic), default: findings.count]
        if index == findings.count {
          findings.append(Finding(diagnostic: diagnostic, points: []))
          places[Self.key(diagnostic)] = index
        }
        if findings[index].points.last != point { findings[index].points.append(point) }
      }
    }
    var problems: [String] = []
    var firsts: [String: Sweep.Point] = [:]
    for point in points.sweep.points {
      do throws(ConfigError) {
        let resolved = try launch.config.values.load(
          launch.config.files, extra: launch.extra, point: point.overrides)
        note(resolved.warnings, point)
        let text = resolved.yaml(withOrigins: false)
        if let first = firsts[text] {
          problems.append("points \(first.number) (\(first.label)) and \(point.number) (\(point.label)) are the same")
        }
        firsts[text] = firsts[text] ?? point
        if seconds == nil, let reason = endless(resolved.config) {
          problems.append("point \(point.number) (\(point.label)) would never end: \(reason); give --for")
        }
        do throws(PlanError) {
          let plan = try ClusterPlan(resolved.config, configText: text)
          note(resolved.machineWarnings(plan), point)
          points.configs.append(resolved)
          points.plans.append(plan)
        } catch {
          problems.append("point \(point.number) (\(point.label)): \(error)")
        }
      } catch {
        note(error.diagnostics, point)
      }
    }
    for finding in findings { tell(finding, of: points.sweep.points.count) }
    for problem in problems.prefix(10) { Terminal.error.print("\(launch.config.files[0]): error: \(problem)") }
    if problems.count > 10 { Terminal.error.print("… and \(problems.count - 10) more") }
    guard problems.isEmpty, points.plans.count == points.sweep.points.count else { throw ExitCode(2) }
    let demands = points.plans.map { Machine.Demand($0.config, bytes: $0.blueprint.layout.size) }
    for warning in Machine.current().warnings(for: demands, jobs: launch.sweep.jobs) {
      Terminal.error.write(warning.rendered(color: Terminal.error.hasColor))
    }
    return points
  }

  /// Why a run goes on until it is stopped.
  private func endless(_ config: ClusterConfig) -> String? {
    if launch.noSimulator { return "it has no simulator" }
    switch config.simulator.program {
    case .external: return "its simulator is started by hand"
    case .builtIn where config.simulator.steps == 0: return "simulator.steps is 0"
    case .builtIn, .command: return nil
    }
  }

  /// The same for a problem whatever value of its axis shows it.
  private static func key(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    let source = place.isOverride ? String(place.file.prefix { $0 != "=" }) : place.file
    return "\(source):\(place.start.line):\(place.start.column): \(diagnostic.id): \(diagnostic.message)"
  }

  private func tell(_ finding: Finding, of total: Int) {
    var diagnostic = finding.diagnostic
    let first = finding.points[0]
    let others = finding.points.count - 1
    if finding.points.count == total {
      diagnostic.notes.append(.init(total == 1 ? "in the only point, \(first.label)" : "in all \(total) points"))
    } else {
      let more = others > 0 ? " and \(Quantity.count(others, "other point"))" : ""
      diagnostic.notes.append(.init("in point \(first.number) of \(total), \(first.label)\(more)"))
    }
    Terminal.error.write(diagnostic.rendered(color: Terminal.error.hasColor))
  }
}
