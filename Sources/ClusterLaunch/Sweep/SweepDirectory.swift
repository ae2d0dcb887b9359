import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// The directory of a sweep: `sweep.json`, and a ``RunDirectory`` a point. Who has it open is alone with it.
///
/// `sweep.json` is written anew whenever a point starts or ends, as a whole or not at all:
///
/// ```json
/// {"version": 1, "name": "go2", "files": ["/…/cluster.yaml"],
///  "axes": [{"path": "controllers.count", "values": ["16", "32"]}], "for": null, "simulator": true,
///  "jobs": 1, "started": "2026-11-25T22:10:05.123Z", "ended": null, "status": null, "points": [
///  {"number": 1, "point": {"controllers.count": 16}, "directory": "001-controllers.count=16", "state": "done",
///   "kept": false, "status": 0, "reason": null, "seconds": 1.198, "steps": 1000, …}]}
/// ```
///
/// `state` is one of `not run`, `running`, `done`, `failed` and `interrupted`; `kept` says that a sweep before this one ran
/// it; the figures are those of the point's ``RunSummary``.
public final class SweepDirectory {
  public let path: String
  private let lock: Int32
  private static let version = 1

  private init(_ directory: RunDirectory) throws(ClusterError) {
    let path = directory.path
    self.path = path
    lock = try directory.lock(orSay: "the sweep in '\(path)' is being run by another ccluster")
  }

  deinit { close(lock) }

  private var file: String { "\(path)/sweep.json" }
  private static func contents(of directory: RunDirectory) -> JSONValue? {
    guard let text = System.contents(of: "\(directory.path)/sweep.json", limit: 1 << 28) else { return nil }
    let json = try? JSONValue(parsing: text)
    return json?["version"]?.int == version ? json : nil
  }

  /// A new one.
  /// - Parameters:
  ///   - path: `nil` makes one named by the time, in the state directory.
  ///   - name: The cluster's.
  public static func create(_ path: String?, name: String) throws(ClusterError) -> SweepDirectory {
    guard let path else { return try SweepDirectory(RunDirectory.parent(of: name).createTimed()) }
    let directory = RunDirectory(path)
    try directory.create()
    let opened = try SweepDirectory(directory)
    if access(opened.file, F_OK) == 0 {
      throw .failed("'\(path)' holds a sweep already: continue it with --resume, or choose another --run-dir")
    }
    if directory.holdsRun { throw .failed("'\(path)' holds a run already: choose another --run-dir") }
    return opened
  }

  /// The one to continue.
  /// - Parameters:
  ///   - path: `nil` takes the newest of this request in the state directory.
  ///   - name: The cluster's.
  public static func resume(_ path: String?, name: String, _ request: SweepRequest) throws(ClusterError)
    -> SweepDirectory
  {
    if let path {
      let directory = RunDirectory(path)
      guard let json = contents(of: directory), let old = SweepRequest(json) else {
        throw .failed("there is no sweep in '\(path)' to continue: leave out --resume to start one")
      }
      if let difference = old.difference(to: request) {
        throw .failed("the sweep in '\(path)' cannot be continued: \(difference)")
      }
      return try SweepDirectory(directory)
    }
    let parent = try RunDirectory.parent(of: name)
    let sweeps = parent.inside.reversed().lazy.compactMap { directory in
      contents(of: directory).flatMap(SweepRequest.init).map { (directory, $0) }
    }.filter { $0.1.files == request.files }
    if let (directory, _) = sweeps.first(where: { $0.1.axes == request.axes }) ?? sweeps.first {
      return try resume(directory.path, name: name, request)
    }
    throw .failed("there is no sweep of \(request.files.joined(separator: " ")) in '\(parent.path)' to continue")
  }

  /// Old runs and sweeps of that name make room.
  func succeed(_ name: String, _ runs: ClusterConfig.Runs) { _ = try? RunDirectory.parent(of: name).prune(runs) }

  // MARK: Points

  /// The points with their directories, and those that have ended well kept.
  /// - Throws: When the config of one that is kept is another one now.
  public func points(_ configs: [(Sweep.Point, ResolvedConfig)]) throws(ClusterError) -> [SweepPoint] {
    var points: [SweepPoint] = []
    for (point, config) in configs {
      let name = SweepPoint.directoryName(point, of: configs.count)
      var entry = SweepPoint(point, config, directory: RunDirectory("\(path)/\(name)"))
      if let summary = entry.directory.summary, summary.status == 0 {
        if let change = Self.change(in: entry) {
          throw .failed(
            "'\(path)' cannot be continued: point \(point.number) (\(point.label)) has ended well, and its config was "
              + "another one: \(change); start a new sweep, or remove '\(entry.directory.path)' to run that point again"
          )
        }
        (entry.state, entry.isKept, entry.summary) = (.done, true, summary)
      }
      points.append(entry)
    }
    return points
  }

  /// What differs between the config that a point had and the one that it would have now.
  private static func change(in point: SweepPoint) -> String? {
    let old: ResolvedConfig
    do { old = try point.directory.loadConfig() } catch {
      return error.diagnostics.first?.message ?? "it cannot be read"
    }
    let texts = [old, point.config].map { $0.yaml(withOrigins: false) }
    if texts[0] == texts[1] { return nil }
    let plans = zip([old, point.config], texts).compactMap { try? ClusterPlan($0.config, configText: $1) }
    let changes = plans.count == 2 ? PlanDiff(old: plans[0], new: plans[1]).changes : []
    guard let first = changes.first else { return "other spelling of the same values" }
    let more = changes.count > 1 ? ", and \(changes.count - 1) more" : ""
    return "\(first.path) was \(first.old ?? "not there") and is \(first.new ?? "gone")\(more)"
  }

  // MARK: sweep.json

  /// A sweep as a whole.
  public struct State: Sendable {
    public var name: String
    public var request: SweepRequest
    public var jobs: Int
    public var started = WallClock.now()
    public var ended: WallClock?
    public var status: Int32?
    public var points: [SweepPoint]

    public init(name: String, request: SweepRequest, jobs: Int, points: [SweepPoint]) {
      (self.name, self.request, self.jobs, self.points) = (name, request, jobs, points)
    }
  }

  func write(_ state: State) throws(ClusterError) {
    try NewFile(file).write(Self.json(state).pretty + "\n", replacing: true)
  }

  public static func json(_ state: State) -> JSONValue {
    let head: [JSONValue.Member] = [
      .init(key: "version", value: .integer(version)), .init(key: "name", value: .string(state.name)),
    ]
    let run: [JSONValue.Member] = [
      .init(key: "jobs", value: .integer(state.jobs)), .init(key: "started", value: .string(state.started.text)),
      .init(key: "ended", value: state.ended.map { .string($0.text) } ?? .null),
      .init(key: "status", value: state.status.map { .integer(Int($0)) } ?? .null),
      .init(key: "points", value: .array(state.points.map(Self.json))),
    ]
    return .object(head + state.request.members + run)
  }

  private static func json(_ point: SweepPoint) -> JSONValue {
    let directory = point.directory.path.split(separator: "/").last.map(String.init) ?? ""
    let head: [JSONValue.Member] = [
      .init(key: "number", value: .integer(point.point.number)),
      .init(key: "point", value: .object(SweepPoint.values(of: point.point))),
      .init(key: "directory", value: .string(directory)), .init(key: "state", value: .string(point.state.rawValue)),
      .init(key: "kept", value: .bool(point.isKept)),
      .init(key: "status", value: point.summary.map { .integer(Int($0.status)) } ?? .null),
      .init(key: "reason", value: point.summary?.reason.map(JSONValue.string) ?? .null),
      .init(key: "seconds", value: point.summary.map { .number($0.seconds) } ?? .null),
    ]
    return .object(head + (point.summary?.figureMembers ?? []))
  }
}
