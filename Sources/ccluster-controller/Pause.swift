import ControlCluster
import Glibc

/// The delay of an injected fault.
enum Pause {
  /// Sleeps that long, whatever signals arrive.
  static func sleep(seconds: Double) {
    let end = System.monotonicNanoseconds + UInt64(seconds * 1e9)
    var deadline = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nil) == EINTR {}
  }
}
