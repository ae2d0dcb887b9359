import ControlCluster

/// When a sample was taken, on all clocks that a page can draw it over.
struct SampleMoment: Sendable, Equatable {
  /// s since the observation began.
  var wall: Double
  /// s
  var simulated: Double
  /// Steps so far.
  var steps: Int
}

/// How far a sample is of one step; the worst of its rows.
enum SampleWholeness: UInt8 {
  /// Each row is that of a step, or the last complete one of a `latest` buffer.
  case whole
  /// The simulator may have been writing its rows.
  case open
  /// A row was being written: its values are left out.
  case torn
}
