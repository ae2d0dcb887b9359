import Glibc

/// How an agent waits for what comes over the network: for a moment it asks without pause, which saves the time of a sleep where
/// steps are short; then it sleeps until something comes.
///
/// In between it lets others run: with more agents than cores, as of hosts that are none, one that only asks would keep the very
/// process from its core that it waits for. Three on two cores took 2 to 6 ms a step so, and 0.05 to 0.09 with this.
struct Patience {
  /// How long to ask where nothing better is known, ns.
  private static let spin: UInt64 = 50_000
  /// What is expected to come within this is asked for until it is there, ns: a sleep and its end take tens of µs.
  private static let soon: UInt64 = 150_000
  /// The longest sleep, ns: other things than the network are to be looked at.
  private static let longestSleep: UInt64 = 1_000_000

  private var since: UInt64 = 0
  private var limit = Self.spin

  /// Something has come, or been sent.
  /// - Parameter expected: how long the next may take, as the last one did, ns.
  mutating func reset(at now: UInt64, expected: UInt64 = .max) {
    since = now
    limit = expected < Self.soon ? 2 * expected + Self.spin : Self.spin
  }

  func pause(at now: UInt64, for network: any HostNetwork, isSending: Bool) {
    if now &- since < limit {
      sched_yield()
    } else {
      network.sleep(nanoseconds: Self.longestSleep, isSending: isSending)
    }
  }
}
