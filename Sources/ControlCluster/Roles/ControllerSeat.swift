import CLinux

/// A controller's place in its process: its rows, and the figures that its slot keeps of it. The controller's context must
/// outlive it.
struct ControllerSeat {
  private let rows: Unmanaged<ControllerRows>
  private let slot: Slot
  private let solveTime: StagedScalar?

  init(_ context: ControllerContext, slot: Slot) {
    rows = .passUnretained(context.rows)
    self.slot = slot
    solveTime = context.stagedScalar("profiling", "solve_time")
  }

  /// Takes fresh snapshots of the `latest` rows.
  @inline(__always)
  func refreshRows() { rows._withUnsafeGuaranteedRef { $0.refresh() } }

  func commitRows() {
    rows._withUnsafeGuaranteedRef { $0.commit() }
    slot.contentsBits.store(CCLUSTER_CONTENTS_SOLVED.rawValue)
  }

  func reloadRows() { rows._withUnsafeGuaranteedRef { $0.reload() } }
  func clearRows() { rows._withUnsafeGuaranteedRef { $0.clear() } }

  /// - Parameter duration: ns
  @inline(__always)
  func note(solve duration: UInt64) {
    solveTime?.store(Double(duration) * 1e-9)
    slot.solves.storeRelaxed(slot.solves.loadRelaxed() + 1)
    slot.lastSolve.storeRelaxed(duration)
    slot.totalSolve.storeRelaxed(slot.totalSolve.loadRelaxed() + duration)
    slot.maxSolve.storeRelaxed(max(slot.maxSolve.loadRelaxed(), duration))
  }

  func note(failure message: String) {
    slot.message = message
    slot.failures.storeRelaxed(slot.failures.loadRelaxed() + 1)
  }
}
