import Histogram

/// Durations since some moment and those of late, as percentiles.
///
/// Those of late lie in two histograms that take turns: while the newer one fills, the older one stays, so that what is told
/// of late never starts from nothing.
struct TimingWindow: Sendable {
  private var total = Self.empty
  private var older = Self.empty
  private var newer = Self.empty

  /// Two significant digits: what is told is up to 1 % too high. Grows with the values that come: 3 KiB for the first
  /// millisecond, 0.5 KiB each time they double.
  private static var empty: Histogram<UInt32> {
    var histogram = Histogram<UInt32>(
      lowestDiscernibleValue: 100, highestTrackableValue: 1_000_000, numberOfSignificantValueDigits: .two)
    histogram.autoResize = true
    return histogram
  }

  /// ns: 11 days, beyond all that is waited for.
  private static let longest: UInt64 = 1_000_000_000_000_000

  /// - Parameter nanoseconds: of one step or solve.
  mutating func record(_ nanoseconds: UInt64) {
    let value = min(nanoseconds, Self.longest)
    total.record(value)
    newer.record(value)
  }

  /// What was the newer part becomes the older one.
  mutating func turn() {
    swap(&older, &newer)
    newer.reset()
  }

  /// - Parameter total: all of them; otherwise those of both parts.
  func figures(total isTotal: Bool) -> (p50: Double, p99: Double, max: Double, count: Int) {
    var histogram = total
    if !isTotal {
      histogram = older
      histogram.add(newer)
    }
    func seconds(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) * 1e-9 }
    return (seconds(50), seconds(99), Double(histogram.max) * 1e-9, Int(histogram.totalCount))
  }
}
