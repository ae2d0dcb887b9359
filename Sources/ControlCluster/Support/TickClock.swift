import CLinux

/// A clock for durations that is read without a look into memory: the core's own counter. The kernel's clock reads the same
/// counter, but behind several pages of code and data, and after a context switch each costs a walk of the page table.
struct TickClock {
  /// ns a tick; 0 until it is known, and for ever where the counter cannot be trusted.
  private var rate = 0.0
  private let start: Moment
  private var isCalibrated: Bool

  /// Both clocks, read at once.
  private struct Moment {
    let ticks: UInt64
    let nanoseconds: UInt64
  }

  init(isTrusted: Bool = TickClock.isTrusted) {
    start = Self.moment()
    isCalibrated = !isTrusted
  }

  /// Whether ``now`` is of the core's counter, and not of the kernel's clock.
  @inline(__always)
  var isOnTicks: Bool { rate > 0 }

  /// ns since some moment. Two readings can be compared unless ``calibrate()`` came in between.
  @inline(__always)
  var now: UInt64 {
    guard isOnTicks else { return System.monotonicNanoseconds }
    // Since the start, because a Double counts to 2^53 only: the ticks of some weeks.
    let ticks = Int64(bitPattern: linux_ticks() &- start.ticks)
    return UInt64(bitPattern: Int64(Double(ticks) * rate))
  }

  /// How long the counter is held beside CLOCK_MONOTONIC, ns. Both clocks are read within some 50 ns, so the rate is off by
  /// 5e-6 at most.
  private static let span: UInt64 = 10_000_000

  /// Learns the counter's rate once `span` has passed; costs a look at the clock until then.
  @inline(__always)
  mutating func calibrate() { if !isCalibrated { learnRate() } }

  private mutating func learnRate() {
    guard System.monotonicNanoseconds - start.nanoseconds >= Self.span else { return }
    let now = Self.moment()
    let ticks = now.ticks &- start.ticks
    if ticks > 0 { rate = Double(now.nanoseconds - start.nanoseconds) / Double(ticks) }
    isCalibrated = true
  }

  /// The one of four readings that took the shortest: nothing came between its two clocks.
  private static func moment() -> Moment {
    var best: (doubt: UInt64, moment: Moment)?
    for _ in 0..<4 {
      let before = linux_ticks()
      let nanoseconds = System.monotonicNanoseconds
      let doubt = linux_ticks() &- before
      if doubt <= best?.doubt ?? .max { best = (doubt, Moment(ticks: before, nanoseconds: nanoseconds)) }
    }
    return best!.moment
  }

  /// Whether the kernel keeps its own time by that counter: then it runs at one rate on all cores, whatever theirs is.
  static var isTrusted: Bool {
    let name = System.contents(of: "/sys/devices/system/clocksource/clocksource0/current_clocksource")
    return name == "tsc\n" || name == "arch_sys_counter\n"
  }
}
