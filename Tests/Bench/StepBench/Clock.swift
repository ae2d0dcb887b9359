import CLinux
import ControlCluster

enum Clock {
  /// CLOCK_MONOTONIC, ns.
  static var now: UInt64 { System.monotonicNanoseconds }

  static func spin(_ nanoseconds: UInt64) {
    let end = now + nanoseconds
    while now < end { linux_cpu_relax() }
  }

  static func seconds(since began: UInt64) -> Double { Double(now - began) * 1e-9 }
}
