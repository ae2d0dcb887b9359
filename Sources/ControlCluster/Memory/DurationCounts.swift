import CLinux
import Synchronization

/// A histogram of durations in shared memory, that only grows: how many there were in each of ``DurationBuckets``.
struct DurationCounts<Platform: Machine> {
  private let base: UnsafeMutableRawPointer

  static var size: Int { DurationBuckets.count * 8 }

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  subscript(bucket: Int) -> MachineWord<UInt64, Platform> {
    precondition(bucket >= 0 && bucket < DurationBuckets.count, "bucket \(bucket) of \(DurationBuckets.count)")
    return MachineWord(base + bucket * 8)
  }

  var all: [UInt64] { (0..<DurationBuckets.count).map { self[$0].loadRelaxed() } }

  /// Counts one, for the only process that does.
  @inline(__always)
  func countAlone(_ nanoseconds: UInt64) {
    let word = self[DurationBuckets.index(of: nanoseconds)]
    word.storeRelaxed(word.loadRelaxed() &+ 1)
  }

  /// Counts some, beside others who do so, too.
  @inline(__always)
  func count(_ number: UInt64, in bucket: Int) {
    self[bucket].pointer.pointee.wrappingAdd(number, ordering: .relaxed)
  }
}

/// Into what durations are sorted: each bucket reaches to twice the bound of the one before, from 1.024 µs to 1100 s, and the last
/// one has no bound.
public enum DurationBuckets {
  public static let count = Int(CCLUSTER_DURATIONS)

  /// Of about 1 µs, in ns: no step that somebody takes part in is shorter.
  private static let firstBits = 10

  /// The largest duration in a bucket, in ns; `nil` for the last one.
  public static func bound(_ bucket: Int) -> UInt64? {
    bucket < count - 1 ? 1 << UInt64(firstBits + bucket) : nil
  }

  /// - Parameter nanoseconds: a duration.
  @inline(__always)
  static func index(of nanoseconds: UInt64) -> Int {
    let bits = UInt64.bitWidth - (max(nanoseconds, 1) - 1).leadingZeroBitCount
    return min(max(bits - firstBits, 0), count - 1)
  }
}
