import ControlCluster

/// Durations in s, of which some were seen.
public struct TimingFigures: Sendable, Equatable {
  /// 0 when none was seen.
  public var p50 = 0.0
  public var p99 = 0.0
  public var max = 0.0
  public var seen = 0
  /// How many there were; never fewer than were seen.
  public var count = 0

  var json: JSONValue {
    [
      "p50": .number(p50), "p99": .number(p99), "max": .number(max), "seen": .integer(seen), "count": .integer(count),
    ]
  }
}
