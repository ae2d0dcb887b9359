import ClusterConfig
import ClusterObserve
import ClusterPlan
import ControlCluster
import Glibc

/// Writes a run down in its ``RunDirectory`` while it goes on. What cannot be written ends no run: it is told once.
public final class RunRecorder {
  public let directory: RunDirectory
  /// What could not be kept of the config's `archive`.
  public private(set) var warnings: [String] = []
  /// The directory, open and locked; requests come in below it.
  let descriptor: Int32

  private let name: String
  private let isNew: Bool
  private let point: [JSONValue.Member]
  private let started = WallClock.now()
  private let startedAt = System.monotonicNanoseconds
  private let limits: ClusterConfig.Logs
  private let events: RotatingFile
  private var logs: [String: RotatingFile] = [:]
  private var written: Set<String> = []
  /// That of all lines of one turn of the launcher.
  private var now: String?
  private var hasComplained = false
  private let succession: (name: String, runs: ClusterConfig.Runs)?

  /// Writes what is known before the run.
  /// - Parameters:
  ///   - directory: `nil` makes one in the state directory.
  ///   - name: What the cluster is found by.
  ///   - files: That the config was read from; `nil` is those that it says itself.
  ///   - point: Of a sweep, `path=value`; empty for a launch by itself. A sweep has written the config already, and knows
  ///     where its values come from.
  /// - Throws: When the directory cannot be made or written, or holds a run already.
  public init(
    _ directory: RunDirectory?, _ resolved: ResolvedConfig, _ plan: ClusterPlan, name: String, files: [String]? = nil,
    point: [String]
  ) throws {
    isNew = directory.map { access($0.path, F_OK) != 0 } ?? true
    let directory = try directory ?? RunDirectory.parent(of: name).createTimed()
    try directory.create()
    self.directory = directory
    self.name = resolved.config.name
    self.point = try point.isEmpty ? [] : Sweep(point).points.first.map(SweepPoint.values) ?? []
    limits = resolved.config.logs
    // A sweep's points are found by the sweep.
    succession = point.isEmpty ? (name, resolved.config.runs) : nil
    events = RotatingFile(directory.events, limits)
    descriptor = try directory.lock()
    do {
      if directory.holdsRun {
        throw ClusterError.failed("'\(directory.path)' holds a run already; choose another --run-dir")
      }
      try write(resolved, plan, name, files ?? resolved.files)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  private func write(_ resolved: ResolvedConfig, _ plan: ClusterPlan, _ name: String, _ files: [String]) throws {
    if point.isEmpty { try directory.write(resolved) }
    let path = directory.path
    let report = PlanReport(plan)
    let facts = RunFacts(plan, name: name, files: files, started: started)
    try NewFile("\(path)/plan.txt").write(report.text, replacing: true)
    try NewFile("\(path)/plan.json").write(report.json.pretty + "\n", replacing: true)
    try NewFile(directory.factsFile).write(facts.json.pretty + "\n", replacing: true)
    try RunDirectory(directory.logs).create()
    for source in resolved.config.archive { keep(source) }
  }

  /// Two sources may bear the same last name: the second one gets `.2` behind it.
  private func keep(_ source: String) {
    do throws(ClusterError) {
      try RunDirectory(directory.archive).create()
      let name = source.split(separator: "/").last ?? "root"
      let taken = { (number: Int) in
        access("\(self.directory.archive)/\(name)" + (number == 1 ? "" : ".\(number)"), F_OK) == 0
      }
      let number = (1...).first { !taken($0) } ?? 1
      try FileTree.copy(source, to: "\(directory.archive)/\(name)" + (number == 1 ? "" : ".\(number)"))
    } catch {
      warnings.append("not archived: \(error)")
    }
  }

  // MARK: While it runs

  /// The run has its name for itself: it takes the place of those before it, and old ones make room. Not before: a launch that
  /// is refused because the name is taken would hide the run that has it.
  func succeed() {
    guard let (name, runs) = succession else { return }
    try? directory.becomeLatest(of: name)
    _ = try? RunDirectory.parent(of: name).prune(runs)
  }

  /// Remembers an event until ``flush()``.
  func record(_ event: EventRecord) { events.append(event.json.compact) }

  /// Where a process's lines are remembered until ``flush()``, and what each of them begins with in this turn.
  func log(of process: String, _ stream: LaunchEvent.Stream) -> (file: RotatingFile, prefix: String) {
    let file = logs[process] ?? newLog(of: process)
    written.insert(process)
    return (file, LogLine.prefix(time: time, stream: stream))
  }

  private func newLog(of process: String) -> RotatingFile {
    // Those of another host's processes have a directory of their own; what is wrong with it, the file will say.
    if let slash = process.lastIndex(of: "/") { mkdir("\(directory.logs)/\(process[..<slash])", 0o777) }
    let file = RotatingFile("\(directory.logs)/\(process).log", limits)
    logs[process] = file
    return file
  }

  private var time: String {
    let text = now ?? WallClock.now(digits: LogLine.digits).text
    now = text
    return text
  }

  /// Writes what has been recorded since the last time.
  /// - Returns: what went wrong, the first time that something does.
  func flush() -> String? {
    now = nil
    var problem: ClusterError?
    for file in written.compactMap({ logs[$0] }) + (events.hasPending ? [events] : []) {
      do { try file.flush() } catch { problem = problem ?? error }
    }
    written.removeAll(keepingCapacity: true)
    guard let problem, !hasComplained else { return nil }
    hasComplained = true
    return "\(problem); the run goes on, and what it prints is lost as long as that lasts"
  }

  /// There was no run: what was made for it goes.
  public func discard() {
    if isNew { FileTree.remove(directory.path) }
  }

  /// Writes how the run went.
  public func finish(_ outcome: LaunchOutcome, _ segment: Segment?) throws(ClusterError) {
    let now = System.monotonicNanoseconds
    let figures = segment.map { StepFigures($0, now: now) }
    try directory.write(
      RunSummary(
        name: name, point: point, status: outcome.status, reason: outcome.reason, started: started,
        seconds: Double(now - startedAt) * 1e-9, figures: figures.flatMap { $0.steps > 0 ? $0 : nil }))
  }
}
