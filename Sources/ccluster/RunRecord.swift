import ClusterConfig
import ClusterLaunch
import ClusterObserve
import ControlCluster

/// What a launch writes into its run directory: the config before it starts, the summary when it has ended.
struct RunRecord {
  private let directory: RunDirectory
  private let name: String
  private let point: [JSONValue.Member]
  private let started = WallClock.now()
  private let startedAt = System.monotonicNanoseconds

  /// - Parameter point: Of a sweep, `path=value`; empty for a launch by itself. A sweep has written the config already, and
  ///   knows where its values come from.
  /// - Throws: When the directory cannot be made, or holds a run already.
  init(_ directory: RunDirectory, _ resolved: ResolvedConfig, point: [String]) throws {
    if directory.holdsRun {
      throw ClusterError.failed("'\(directory.path)' holds a run already; choose another --run-dir")
    }
    self.directory = directory
    name = resolved.config.name
    self.point = try point.isEmpty ? [] : Sweep(point).points.first.map(SweepPoint.values) ?? []
    guard point.isEmpty else { return }
    try directory.create()
    try directory.write(resolved)
  }

  func finish(_ outcome: LaunchOutcome, _ segment: Segment?) throws {
    let now = System.monotonicNanoseconds
    let reason =
      outcome.wasInterrupted ? "\(ProcessStatus.name(of: outcome.status - 128)) received" : outcome.problem
    let figures = segment.map { StepFigures($0, now: now) }
    try directory.write(
      RunSummary(
        name: name, point: point, status: outcome.status, reason: reason, started: started,
        seconds: Double(now - startedAt) * 1e-9,
        figures: figures.flatMap { $0.steps > 0 ? $0 : nil }))
  }
}
