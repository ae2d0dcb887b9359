import Glibc
import Testing

@testable import ControlCluster

@Suite("The clock of solves")
struct TickClockTests {
  /// What both clocks say of the same stretch of time, ns.
  private func durations(_ clock: TickClock, sleeping microseconds: UInt32) -> (
    ticks: UInt64, outer: UInt64, inner: UInt64
  ) {
    let outer = System.monotonicNanoseconds
    let began = clock.now
    let inner = System.monotonicNanoseconds
    usleep(microseconds)
    let innerEnd = System.monotonicNanoseconds
    let ended = clock.now
    return (ended - began, System.monotonicNanoseconds - outer, innerEnd - inner)
  }

  /// Calibrated, if this machine's counter can be.
  private func calibrated(isTrusted: Bool) -> TickClock {
    var clock = TickClock(isTrusted: isTrusted)
    usleep(11_000)
    clock.calibrate()
    return clock
  }

  @Test("it agrees with the monotonic clock, calibrated and not, trusted and not", arguments: [true, false])
  func agreement(isTrusted: Bool) {
    // What the kernel itself does not trust, nothing is promised of.
    let isTrusted = isTrusted && TickClock.isTrusted
    for clock in [TickClock(isTrusted: isTrusted), calibrated(isTrusted: isTrusted)] {
      let (ticks, outer, inner) = durations(clock, sleeping: 50_000)
      #expect(Double(ticks) > Double(inner) * 0.999 - 200 && Double(ticks) < Double(outer) * 1.001 + 200)
    }
  }

  @Test("calibrated it counts on the core's counter, and without trust it never does")
  func counter() {
    #expect(calibrated(isTrusted: TickClock.isTrusted).isOnTicks == TickClock.isTrusted)
    #expect(!calibrated(isTrusted: false).isOnTicks)
    var early = TickClock(isTrusted: true)
    early.calibrate()
    #expect(!early.isOnTicks, "a rate learned within microseconds would be noise")
  }
}
