import ControlCluster
import Glibc

/// Keeps simulated time at the pace of the clock.
struct Pacer {
  private let start = System.monotonicNanoseconds

  /// Sleeps until `simulatedTime` (s) has passed since the start, or a signal arrives; at once when it is behind.
  func wait(until simulatedTime: Double) {
    let end = start + UInt64(simulatedTime * 1e9)
    var deadline = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nil) == EINTR, !StopSignal.isReceived {}
  }
}
