/// The controllers of a worker: solves with them, writes their rows and keeps their figures, as the protocol asks.
struct HostedControllers: ControllerHost {
  private let segment: Segment
  private let safeRows: SafeRows
  private let first: Int
  private let controllers: [HostedController]
  /// When the last solve ended, and so when the next one that follows at once begins, ns: half as many looks at the clock.
  private var clock: UInt64?

  /// - Parameters:
  ///   - first: the slot of the first controller; the others follow it.
  init(_ segment: Segment, first: Int, _ controllers: [HostedController]) {
    self.segment = segment
    self.first = first
    self.controllers = controllers
    safeRows = SafeRows(segment)
  }

  var isRunning: Bool { segment.phase == .ready }
  var serverIsAlive: Bool { segment.server.isAlive }

  mutating func beginPass() { clock = nil }

  mutating func solve(_ index: Int) -> Bool { controllers[index - first].solve(&clock) }

  mutating func reset(_ index: Int) -> Bool {
    clock = nil
    return controllers[index - first].reset()
  }

  mutating func writeRows(_ index: Int, _ content: RowContent) {
    let rows = controllers[index - first].rows
    if content != .solution { clock = nil }
    switch content {
    case .solution: return rows.commit()
    case .initial: safeRows.reset(index)
    case .failure: safeRows.fail(index, torn: false)
    }
    rows.reload()
  }
}

/// A controller with what its worker keeps of it.
final class HostedController {
  private let controller: RHController
  let rows: ControllerRows
  private let slot: Slot
  private let solveTime: ControllerOutput?

  init(_ controller: RHController, slot: Slot, solveTime: ControllerOutput?) {
    self.controller = controller
    self.slot = slot
    self.solveTime = solveTime
    rows = controller.context.rows
  }

  /// Solves and leaves the figures; whether the controller could.
  /// - Parameter clock: when the solve before has ended, if that was just now; when this one has.
  func solve(_ clock: inout UInt64?) -> Bool {
    rows.refresh()
    let began = clock ?? System.monotonicNanoseconds
    clock = nil
    do { try controller.solve() } catch {
      note(failure: "\(error)")
      return false
    }
    let ended = System.monotonicNanoseconds
    clock = ended
    let duration = ended - began
    solveTime?[0] = Double(duration) * 1e-9
    slot.solves.storeRelaxed(slot.solves.loadRelaxed() + 1)
    slot.lastSolve.storeRelaxed(duration)
    slot.totalSolve.storeRelaxed(slot.totalSolve.loadRelaxed() + duration)
    slot.maxSolve.storeRelaxed(max(slot.maxSolve.loadRelaxed(), duration))
    return true
  }

  /// Resets; whether the controller could.
  func reset() -> Bool {
    do { try controller.reset() } catch {
      note(failure: "reset: \(error)")
      return false
    }
    return true
  }

  private func note(failure message: String) {
    slot.message = message
    slot.failures.storeRelaxed(slot.failures.loadRelaxed() + 1)
  }
}
