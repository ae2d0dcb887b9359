/// The controllers of a worker: solves with them, writes their rows and keeps their figures, as the protocol asks.
struct HostedControllers: ControllerHost {
  private let segment: Segment
  private let safeRows: SafeRows
  private let first: Int
  private let controllers: [HostedController]

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

  func solve(_ index: Int) -> Bool { controllers[index - first].solve() }
  func reset(_ index: Int) -> Bool { controllers[index - first].reset() }

  func writeRows(_ index: Int, _ content: RowContent) {
    let rows = controllers[index - first].rows
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
  func solve() -> Bool {
    rows.refresh()
    let began = System.monotonicNanoseconds
    do { try controller.solve() } catch {
      note(failure: "\(error)")
      return false
    }
    let duration = System.monotonicNanoseconds - began
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
