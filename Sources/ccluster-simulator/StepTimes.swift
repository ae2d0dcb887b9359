/// Durations of steps: as many as there may be, in fixed memory, to within 0.8 %.
///
/// A logarithmic histogram with 128 linear buckets in every power of two, after Gil Tene's HdrHistogram.
struct StepTimes {
  private static let bucketBits = 7
  private static let buckets = 1 << bucketBits

  private var counts = [UInt64](repeating: 0, count: (64 - bucketBits + 1) * buckets)
  private(set) var count: UInt64 = 0
  /// ns
  private(set) var maximum: UInt64 = 0

  mutating func record(nanoseconds: UInt64) {
    counts[Self.bucket(of: nanoseconds)] += 1
    count += 1
    maximum = max(maximum, nanoseconds)
  }

  /// The smallest duration that at least this share of all does not exceed, ns; 0 when there is none.
  /// - Parameter share: from 0 to 1.
  func quantile(_ share: Double) -> UInt64 {
    let wanted = max(1, UInt64((share * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (bucket, inside) in counts.enumerated() {
      seen += inside
      if seen >= wanted { return min(Self.upperEnd(of: bucket), maximum) }
    }
    return 0
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= buckets else { return Int(value) }
    let shift = UInt64.bitWidth - 1 - value.leadingZeroBitCount - bucketBits
    return (shift + 1) * buckets + Int(value >> UInt64(shift)) - buckets
  }

  private static func upperEnd(of bucket: Int) -> UInt64 {
    guard bucket >= buckets else { return UInt64(bucket) }
    let shift = UInt64(bucket / buckets - 1)
    let first = UInt64(bucket % buckets + buckets)
    return (first << shift) + ((1 << shift) - 1)
  }
}
