import CLinux
import Synchronization

/// The words of `ccluster_control`, typed. A view: lives as long as the segment. Offsets are written out, and asserted in
/// `segment.h`: a key path would be looked up at run time.
struct ControlWords<Platform: Machine> {
  typealias SharedWord<Value: FixedWidthInteger & AtomicRepresentable & Sendable> = MachineWord<Value, Platform>

  private let base: UnsafeMutableRawPointer

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  /// Futex: workers sleep on it.
  var doorbell: SharedWord<UInt32> { SharedWord(base + 0) }
  var generation: SharedWord<UInt32> { SharedWord(base + 128) }
  var pending: SharedWord<UInt64> { SharedWord(base + 256) }
  /// Futex: the client sleeps on it.
  var done: SharedWord<UInt32> { SharedWord(base + 384) }
  /// Futex: the server sleeps on it.
  var serverBell: SharedWord<UInt32> { SharedWord(base + 512) }

  /// Wakes every worker, so that it looks at its slots.
  func ringWorkers() {
    doorbell.increment()
    doorbell.wake(.max)
  }

  /// Wakes the server, so that it looks at registrations.
  func ringServer() {
    serverBell.increment()
    serverBell.wake(1)
  }

  // Written by the client only.
  var steps: SharedWord<UInt64> { SharedWord(base + 640) }
  var lastStepNanoseconds: SharedWord<UInt64> { SharedWord(base + 648) }
  var firstStepAt: SharedWord<UInt64> { SharedWord(base + 656) }
  var lastStepAt: SharedWord<UInt64> { SharedWord(base + 664) }
  var simulatedNanoseconds: SharedWord<UInt64> { SharedWord(base + 672) }
  var solved: SharedWord<UInt32> { SharedWord(base + 680) }
  var failed: SharedWord<UInt32> { SharedWord(base + 684) }
  var died: SharedWord<UInt32> { SharedWord(base + 688) }
  var late: SharedWord<UInt32> { SharedWord(base + 692) }
  /// A ``Turn``.
  var turnBits: SharedWord<UInt64> { SharedWord(base + 696) }
  // Of all steps.
  var totalStepNanoseconds: SharedWord<UInt64> { SharedWord(base + 704) }
  var totalSolved: SharedWord<UInt64> { SharedWord(base + 712) }
  var totalFailed: SharedWord<UInt64> { SharedWord(base + 720) }
  var totalDied: SharedWord<UInt64> { SharedWord(base + 728) }
  var totalLate: SharedWord<UInt64> { SharedWord(base + 736) }
  /// How long the client waits for the step in flight, ns: before it gives up those that are due. Written by the client only.
  var patience: SharedWord<UInt64> { SharedWord(base + 744) }
  var stepDurations: DurationCounts<Platform> { DurationCounts(base + 768) }

  /// Written by workers, each of whom adds to one of them.
  func solveDurations(shard: Int) -> DurationCounts<Platform> {
    DurationCounts(base + 1024 + shard % Int(CCLUSTER_SOLVE_SHARDS) * DurationCounts<Platform>.size)
  }

  /// The time of step `step`, counted from 0, in ns; valid for the last `CCLUSTER_STEP_TIMES` steps.
  func stepTime(_ step: UInt64) -> SharedWord<UInt64> {
    SharedWord(base + 4096 + Int(step % UInt64(CCLUSTER_STEP_TIMES)) * 8)
  }
}

/// The control block as the running program reaches it.
typealias ControlBlock = ControlWords<Hardware>
