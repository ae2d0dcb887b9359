import CLinux

/// The words of `ccluster_control`, typed. A view: lives as long as the segment.
struct ControlBlock {
  private let base: UnsafeMutableRawPointer

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  private func address<Value>(_ path: KeyPath<ccluster_control, Value>) -> UnsafeMutableRawPointer {
    base + MemoryLayout<ccluster_control>.offset(of: path)!
  }

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
  var steps: SharedWord<UInt64> { SharedWord(address(\.steps)) }
  var lastStepNanoseconds: SharedWord<UInt64> { SharedWord(address(\.last_step_ns)) }
  var firstStepAt: SharedWord<UInt64> { SharedWord(address(\.first_step_at_ns)) }
  var lastStepAt: SharedWord<UInt64> { SharedWord(address(\.last_step_at_ns)) }
  var simulatedNanoseconds: SharedWord<UInt64> { SharedWord(address(\.simulated_ns)) }
  var solved: SharedWord<UInt32> { SharedWord(address(\.solved)) }
  var failed: SharedWord<UInt32> { SharedWord(address(\.failed)) }
  var died: SharedWord<UInt32> { SharedWord(address(\.died)) }
  var late: SharedWord<UInt32> { SharedWord(address(\.late)) }

  /// The time of step `step`, counted from 0, in ns; valid for the last `CCLUSTER_STEP_TIMES` steps.
  func stepTime(_ step: UInt64) -> SharedWord<UInt64> {
    SharedWord(base + 4096 + Int(step % UInt64(CCLUSTER_STEP_TIMES)) * 8)
  }
}
