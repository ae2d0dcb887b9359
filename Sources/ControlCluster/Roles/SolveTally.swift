/// Counts a worker's solves in the cluster's histogram of solve times.
///
/// Solves of a pass take about as long as each other, so equal ones are counted here until another one comes: a worker of
/// thousands pays for an addition that others see once or twice a pass.
struct SolveTally {
  private let counts: DurationCounts<Hardware>
  private var bucket = 0
  /// The bucket's, ns: what is longer than the one before it, and how much longer it may be. One comparison tells whether a
  /// duration belongs there.
  private var shortest: UInt64 = 0
  private var span = (DurationBuckets.bound(0) ?? .max) &+ 1
  private var number: UInt64 = 0

  /// - Parameters:
  ///   - first: the worker's first slot.
  ///   - count: how many it hosts.
  init(_ segment: Segment, first: Int, count: Int) {
    // Neighbours take different ones, where all host as many.
    counts = segment.control.solveDurations(shard: first / max(1, count))
  }

  /// - Parameter duration: ns
  @inline(__always)
  mutating func note(_ duration: UInt64) {
    if duration &- shortest >= span { turn(to: DurationBuckets.index(of: duration)) }
    number += 1
  }

  @inline(never)
  private mutating func turn(to bucket: Int) {
    flush()
    self.bucket = bucket
    shortest = bucket > 0 ? DurationBuckets.bound(bucket - 1)! + 1 : 0
    span = DurationBuckets.bound(bucket).map { $0 - shortest + 1 } ?? .max
  }

  /// Shows what was counted.
  @inline(__always)
  mutating func flush() {
    guard number > 0 else { return }
    counts.count(number, in: bucket)
    number = 0
  }
}
