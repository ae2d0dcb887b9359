import CLinux

/// The controllers of a worker: solves with them, writes their rows and keeps their figures, as the protocol asks.
///
/// A worker may host thousands, and then a pass over them is the step: so they lie in one piece of memory, and a solve counts
/// no references.
struct HostedControllers: ControllerHost {
  private let segment: Segment
  private let safeRows: SafeRows
  private let first: Int
  /// Never freed: a worker's controllers live as long as its process.
  private let controllers: UnsafeMutablePointer<HostedController>
  /// When the last solve of this pass ended, if nothing has been done since: then the next one begins at that moment, and the
  /// clock is read half as often. On `clock`, ns.
  private var lastSolveEnded: UInt64?
  private var clock = TickClock()
  private var tally: SolveTally

  /// - Parameter first: the slot of the first controller; the others follow it.
  init(_ segment: Segment, first: Int, _ hosted: [HostedController]) {
    self.segment = segment
    self.first = first
    controllers = .allocate(capacity: hosted.count)
    controllers.initialize(from: hosted, count: hosted.count)
    safeRows = SafeRows(segment)
    tally = SolveTally(segment, first: first, count: hosted.count)
  }

  var isRunning: Bool { segment.phase == .ready }
  var serverIsAlive: Bool { segment.server.isAlive }
  var failuresHoldRows: Bool { safeRows.hold }

  mutating func beginPass() {
    lastSolveEnded = nil
    clock.calibrate()
  }

  mutating func endPass() { tally.flush() }

  mutating func solve(_ index: Int) -> Bool {
    lastSolveEnded = controllers[index - first].solve(since: lastSolveEnded, on: clock, into: &tally)
    guard lastSolveEnded != nil else {
      controllers[index - first].reloadRows()
      return false
    }
    return true
  }

  mutating func reset(_ index: Int) -> Bool {
    lastSolveEnded = nil
    let isReset = controllers[index - first].reset()
    controllers[index - first].reloadRows()
    return isReset
  }

  mutating func writeRows(_ index: Int, _ content: RowContent) {
    let hosted = controllers[index - first]
    switch content {
    case .solution: return hosted.commitRows()
    case .filling(let filling): safeRows.fill(index, filling)
    }
    lastSolveEnded = nil
    hosted.reloadRows()
  }

  mutating func clearRows(_ index: Int) { controllers[index - first].clearRows() }
}

/// A controller with what its worker keeps of it.
struct HostedController {
  private let controller: Unmanaged<RHController>
  private let seat: ControllerSeat

  /// Keeps the controller alive for ever.
  init(_ controller: RHController, _ seat: ControllerSeat) {
    self.controller = .passRetained(controller)
    self.seat = seat
  }

  /// Solves and leaves the figures.
  /// - Parameters:
  ///   - began: when, if that is known.
  ///   - clock: what `began` was read from.
  ///   - tally: where the solve is counted.
  /// - Returns: when the solve had ended; `nil` if the controller could not.
  @inline(__always)
  func solve(since began: UInt64?, on clock: TickClock, into tally: inout SolveTally) -> UInt64? {
    seat.refreshRows()
    let began = began ?? clock.now
    do { try controller._withUnsafeGuaranteedRef { try $0.solve() } } catch {
      seat.note(failure: "\(error)")
      return nil
    }
    let ended = clock.now
    let duration = max(ended, began) - began
    seat.note(solve: duration)
    tally.note(duration)
    return ended
  }

  /// Resets; whether the controller could.
  func reset() -> Bool {
    do { try controller._withUnsafeGuaranteedRef { try $0.reset() } } catch {
      seat.note(failure: "reset: \(error)")
      return false
    }
    return true
  }

  func commitRows() { seat.commitRows() }
  func reloadRows() { seat.reloadRows() }
  func clearRows() { seat.clearRows() }
}
