/// A speed that keys drive in both directions. A terminal tells of keys that are pressed, and repeats those that are held; of a key
/// that is let go it tells nothing. So a speed follows its keys: it lasts until no repetition has come for a while, and is zero then.
struct DriveAxis: Sendable, Equatable {
  /// From -1 to 1, of the speed that was chosen.
  private(set) var value = 0.0
  private var pressedAt: UInt64?
  private var until: UInt64 = 0

  /// After the first press, ns: keyboards begin to repeat after 0.25 to 0.66 s.
  private static let firstDelay: UInt64 = 700_000_000
  /// Once a key repeats, ns: ten a second at least, over a line that is slow.
  private static let repeatDelay: UInt64 = 300_000_000

  /// - Parameters:
  ///   - direction: 1 or -1.
  ///   - keeps: whether the speed stays, and each press adds a quarter.
  mutating func press(_ direction: Double, at now: UInt64, keeps: Bool) {
    if keeps {
      value = min(1, max(-1, ((value + 0.25 * direction) * 4).rounded() / 4))
      until = .max
      return
    }
    let repeats = value == direction && now - (pressedAt ?? 0) < Self.repeatDelay
    value = direction
    pressedAt = now
    // Repetitions never shorten what the first press gave.
    until = repeats ? max(until, now + Self.repeatDelay) : now + Self.firstDelay
  }

  /// - Returns: when it will be zero; `.max` for one that stands or stays.
  mutating func pass(to now: UInt64) -> UInt64 {
    if now >= until { stop() }
    return value == 0 ? .max : until
  }

  mutating func stop() { self = DriveAxis() }
}
