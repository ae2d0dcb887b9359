/// Counts how long nothing has been heard, in moments that really passed here: one that was suspended itself accuses nobody.
struct Silence {
  /// The longest that one look at the clock may count, ns.
  private static let longestMoment: UInt64 = 100_000_000

  private var last: UInt64
  private(set) var nanoseconds: UInt64 = 0

  init(at now: UInt64) { last = now }

  mutating func pass(to now: UInt64) {
    nanoseconds += min(now &- last, Self.longestMoment)
    last = now
  }

  mutating func end() { nanoseconds = 0 }
}
