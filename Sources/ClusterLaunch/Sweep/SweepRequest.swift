import ClusterConfig
import ControlCluster

/// What a sweep was asked for beside the values of its config: it must be the same when the sweep is continued.
public struct SweepRequest: Sendable, Equatable {
  /// Absolute, without links.
  public var files: [String]
  /// Paths with their values as they were written.
  public var axes: [Axis]
  /// s that each run lasts at most.
  public var duration: Double?
  public var runsSimulator: Bool

  public struct Axis: Sendable, Equatable {
    public var path: String
    public var values: [String]
  }

  public init(files: [String], sweep: Sweep, duration: Double?, runsSimulator: Bool) {
    self.files = files.map { System.realPath($0) ?? $0 }
    axes = sweep.axes.map { Axis(path: $0.path, values: $0.values.map(\.text)) }
    (self.duration, self.runsSimulator) = (duration, runsSimulator)
  }

  var members: [JSONValue.Member] {
    [
      .init(key: "files", value: .array(files.map(JSONValue.string))),
      .init(
        key: "axes",
        value: .array(
          axes.map { ["path": .string($0.path), "values": .array($0.values.map(JSONValue.string))] })),
      .init(key: "for", value: duration.map(JSONValue.number) ?? .null),
      .init(key: "simulator", value: .bool(runsSimulator)),
    ]
  }

  init?(_ json: JSONValue) {
    guard let files = json["files"]?.array?.compactMap(\.string), let axes = json["axes"]?.array,
      let runsSimulator = json["simulator"]?.bool
    else { return nil }
    self.files = files
    self.axes = axes.compactMap { axis in
      guard let path = axis["path"]?.string, let values = axis["values"]?.array?.compactMap(\.string) else {
        return nil
      }
      return Axis(path: path, values: values)
    }
    duration = json["for"]?.number
    self.runsSimulator = runsSimulator
  }

  /// What differs from a later request, in words; `nil` when nothing does.
  func difference(to other: SweepRequest) -> String? {
    func text(_ request: SweepRequest) -> String {
      request.axes.map { "--sweep \($0.path)=\($0.values.joined(separator: ","))" }.joined(separator: " ")
    }
    func time(_ seconds: Double?) -> String { seconds.map(Quantity.duration) ?? "no --for" }
    if files != other.files {
      return "it ran \(files.joined(separator: ", ")), and now it is \(other.files.joined(separator: ", "))"
    }
    if axes != other.axes { return "its axes were '\(text(self))', and now they are '\(text(other))'" }
    if duration != other.duration { return "its runs had \(time(duration)), and now \(time(other.duration))" }
    if runsSimulator != other.runsSimulator { return "--no-simulator was given only one of the times" }
    return nil
  }
}
