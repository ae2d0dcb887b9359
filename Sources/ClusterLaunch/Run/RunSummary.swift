import ClusterObserve
import ControlCluster

/// How one run went: `summary.json` of a run directory.
///
/// ```json
/// {"version": 1, "name": "go2", "point": {"controllers.count": 16}, "status": 0, "reason": null,
///  "started": "2026-11-25T22:10:05.123Z", "ended": "2026-11-25T22:10:06.321Z", "seconds": 1.198,
///  "steps": 1000, "rate": 5102.3, "real_time_factor": 102.0, "step_time": {"median": 0.00015, "p99": 0.00027},
///  "out": {"failed": 0, "dead": 0, "late": 0}}
/// ```
///
/// `rate` is steps a second; `step_time` is in seconds, of the last 512 steps; `out` counts the controllers that took no part
/// in the end. These are `null` for a run without a step, or one that was killed. `point` is there in a sweep only.
public struct RunSummary: Sendable, Equatable {
  /// The cluster's.
  public var name: String
  /// The values of a sweep's point, by path.
  public var point: [JSONValue.Member]
  /// The exit status of its `ccluster launch`.
  public var status: Int32
  /// Why it is not 0.
  public var reason: String?
  public var started: WallClock
  public var ended: WallClock
  /// From start to end, by a clock that nobody sets.
  public var seconds: Double
  /// Those of all its steps; `nil` when there was none.
  public var figures: StepFigures?

  public init(
    name: String, point: [JSONValue.Member], status: Int32, reason: String?, started: WallClock,
    ended: WallClock = .now(), seconds: Double, figures: StepFigures?
  ) {
    (self.name, self.point, self.status, self.reason) = (name, point, status, reason)
    (self.started, self.ended, self.seconds, self.figures) = (started, ended, seconds, figures)
  }

  private static let version = 1

  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init(key: "version", value: .integer(Self.version)), .init(key: "name", value: .string(name)),
    ]
    if !point.isEmpty { members.append(.init(key: "point", value: .object(point))) }
    members += [
      .init(key: "status", value: .integer(Int(status))),
      .init(key: "reason", value: reason.map(JSONValue.string) ?? .null),
      .init(key: "started", value: .string(started.text)), .init(key: "ended", value: .string(ended.text)),
      .init(key: "seconds", value: .number(seconds)),
    ]
    return .object(members + figureMembers)
  }

  /// The figures alone, which `sweep.json` repeats.
  var figureMembers: [JSONValue.Member] {
    [
      .init(key: "steps", value: figures.map { .integer($0.steps) } ?? .null),
      .init(key: "rate", value: figures.map { .number($0.rate) } ?? .null),
      .init(key: "real_time_factor", value: figures.map { .number($0.realTimeFactor) } ?? .null),
      .init(
        key: "step_time", value: figures.map { ["median": .number($0.median), "p99": .number($0.p99)] } ?? .null),
      .init(
        key: "out",
        value: figures.map { ["failed": .integer($0.failed), "dead": .integer($0.dead), "late": .integer($0.late)] }
          ?? .null),
    ]
  }

  /// `nil` for what no `ccluster` of this version wrote.
  public init?(_ json: JSONValue) {
    guard json["version"]?.int == Self.version, let name = json["name"]?.string,
      let status = json["status"]?.int.flatMap(Int32.init(exactly:)), let seconds = json["seconds"]?.number,
      let started = json["started"]?.string, let ended = json["ended"]?.string
    else { return nil }
    self.init(
      name: name, point: json["point"]?.object ?? [], status: status, reason: json["reason"]?.string,
      started: WallClock(text: started), ended: WallClock(text: ended), seconds: seconds, figures: StepFigures(json))
  }
}

extension StepFigures {
  fileprivate init?(_ json: JSONValue) {
    guard let steps = json["steps"]?.int, let rate = json["rate"]?.number,
      let realTimeFactor = json["real_time_factor"]?.number, let median = json[path: "step_time.median"]?.number,
      let p99 = json[path: "step_time.p99"]?.number
    else { return nil }
    func out(_ key: String) -> Int { json["out"]?[key]?.int ?? 0 }
    self.init(
      steps: steps, rate: rate, realTimeFactor: realTimeFactor, median: median, p99: p99, failed: out("failed"),
      dead: out("dead"), late: out("late"))
  }
}
