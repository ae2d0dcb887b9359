import ControlCluster

/// What a replayer is asked for: `ccluster replay` hands it over as JSON, in the replayer's only argument.
public struct ReplayRequest: Sendable, Equatable {
  /// How controllers are brought to where they were at the first step that is compared.
  public enum WarmUp: Sendable, Equatable {
    /// By all steps that are recorded before it.
    case all
    /// By those since each of them was reset or started for the last time.
    case reset
    /// By so many; by none they begin as if they had just been started.
    case steps(Int)
  }

  public var recording: String
  /// Where the report goes.
  public var report: String
  /// `nil` is all.
  public var controllers: [Int]?
  /// Numbers of the first and the last step that are compared.
  public var steps: ClosedRange<Int>
  public var warmUp: WarmUp
  public var tolerance: Tolerance
  /// Buffers, and fields as `buffer.field`, that are not compared.
  public var ignored: [String]

  public init(
    recording: String, report: String, controllers: [Int]?, steps: ClosedRange<Int>, warmUp: WarmUp,
    tolerance: Tolerance, ignored: [String]
  ) {
    self.recording = recording
    self.report = report
    self.controllers = controllers
    self.steps = steps
    self.warmUp = warmUp
    self.tolerance = tolerance
    self.ignored = ignored
  }

  public func ignores(_ buffer: String, _ field: String) -> Bool {
    ignored.contains(buffer) || ignored.contains("\(buffer).\(field)")
  }
}

extension ReplayRequest {
  public var json: JSONValue {
    let warmUp: JSONValue =
      switch self.warmUp {
      case .all: "all"
      case .reset: "reset"
      case .steps(let count): .integer(count)
      }
    return [
      "recording": .string(recording), "report": .string(report),
      "controllers": controllers.map { .array($0.map(JSONValue.integer)) } ?? .null,
      "first": .integer(steps.lowerBound), "last": .integer(steps.upperBound), "warm_up": warmUp,
      "tolerance": tolerance.json, "ignored": .array(ignored.map(JSONValue.string)),
    ]
  }

  /// - Throws: `failed` for what is no request.
  public init(parsing text: String) throws(ClusterError) {
    guard let json = try? JSONValue(parsing: text), let recording = json["recording"]?.string,
      let report = json["report"]?.string, let first = json["first"]?.int, let last = json["last"]?.int, first <= last
    else { throw .failed("this program is started by 'ccluster replay'") }
    self.init(
      recording: recording, report: report, controllers: json["controllers"]?.array?.compactMap(\.int),
      steps: first...last,
      warmUp: json["warm_up"]?.int.map(WarmUp.steps) ?? (json["warm_up"] == "reset" ? .reset : .all),
      tolerance: Tolerance(
        absolute: json[path: "tolerance.absolute"]?.number, relative: json[path: "tolerance.relative"]?.number),
      ignored: json["ignored"]?.array?.compactMap(\.string) ?? [])
  }
}

extension Tolerance {
  /// `null` where there is none.
  var json: JSONValue {
    ["absolute": absolute.map(JSONValue.number) ?? .null, "relative": relative.map(JSONValue.number) ?? .null]
  }
}
