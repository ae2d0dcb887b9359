import CLinux
import Glibc

/// How an agent waits for what only asking moves on: MPI has no descriptor to sleep on. It asks without pause for a moment, then
/// lets others run in between, then sleeps, the longer the longer nothing has come.
struct Patience {
  /// ns. A step of a few controllers is over within it.
  private static let spin: UInt64 = 50_000
  /// ns. Most steps are.
  private static let yielding: UInt64 = 2_000_000
  /// ns. Cluster steps of running robots come within it: then a sleep of the kernel's shortest costs them little.
  private static let attentive: UInt64 = 1_000_000_000

  private var since: UInt64 = 0

  /// Something has come.
  mutating func reset(at now: UInt64) { since = now }

  /// - Parameter mayIdle: nothing is under way.
  func pause(at now: UInt64, mayIdle: Bool) {
    let waited = now &- since
    if waited < Self.spin {
      linux_cpu_relax()
    } else if waited < Self.yielding {
      sched_yield()
    } else {
      usleep(!mayIdle || waited < Self.attentive ? 20 : 1000)
    }
  }
}

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
