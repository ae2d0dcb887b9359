/// Controllers of a process that has a loop of its own: it takes one request after the other and settles it. The C interface is
/// built on it; Swift programs have ``RHController``.
///
/// ```swift
/// let session = try ControllerSession(launchedOn: .fromEnvironment(as: .controller))
/// let command = try session.contexts[0].output("rhc_commands", "joint_position")
/// session.beReady()
/// while let request = try session.next() { …; try session.settle() }
/// ```
///
/// What a controller writes goes into private rows, which are committed when it settles. Slots are this process's until it ends;
/// that is how it leaves them. One that lives on and does not answer is late in every step.
///
/// Not thread-safe: one thread at a time may call it.
package final class ControllerSession {
  /// What a controller is asked for.
  package struct Request: Sendable, Equatable {
    package enum Kind: Sendable { case solve, reset }
    package var slot: Int
    package var kind: Kind
  }

  package let segment: Segment
  package let slots: Range<Int>
  /// One for each slot.
  package let contexts: [ControllerContext]

  private var rows: SessionRows
  private var round: WorkerRound<Hardware>
  private var tally: SolveTally
  /// When the task was handed out, ns.
  private var begunAt: UInt64 = 0

  /// Claims slots. Until ``beReady()``, which `startup_timeout` allows some time for, they are not asked for anything.
  /// - Parameter segment: attached as controller.
  /// - Throws: `slotOutOfRange`, `slotTaken` naming the live holder, `stopped`, `corrupt`.
  package init(on segment: Segment, slots: Range<Int>) throws(ClusterError) {
    self.segment = segment
    self.slots = slots
    try segment.claim(slots)
    var contexts: [ControllerContext] = []
    for slot in slots { contexts.append(try ControllerContext(segment, slot: slot)) }
    self.contexts = contexts
    rows = SessionRows(segment, first: slots.lowerBound, contexts)
    round = WorkerRound(segment.stepProtocol, slots: slots)
    tally = SolveTally(segment, first: slots.lowerBound, count: slots.count)
  }

  /// Claims the slots that this process was launched for, and ties it to its launcher and server, as ``RHController``'s `main()`
  /// does.
  /// - Throws: `environment`, and what ``init(on:slots:)`` throws.
  package convenience init(launchedOn segment: Segment) throws(ClusterError) {
    Lifeline.holdOn()
    try self.init(on: segment, slots: Worker.slotsFromEnvironment())
  }

  /// Says that all controllers are built: the server lets them in.
  package func beReady() {
    for (slot, context) in zip(slots, contexts) { context.noteRegistration(segment.slot(slot)) }
    for slot in slots { segment.stepProtocol.becomePrepared(slot) }
  }

  /// Waits until a controller is asked for something.
  /// - Parameter slice: s, about; it waits as long as it takes by default.
  /// - Returns: `nil` when nobody was asked within `slice`.
  /// - Throws: `stopped`, `serverGone`: time to end; `stepOutOfOrder` when the last request is not settled.
  package func next(slice: Double = .infinity) throws(ClusterError) -> Request? {
    guard round.task == nil else { throw .stepOutOfOrder("the next request before the last one is settled") }
    switch round.next(&rows, slice: UInt64(exactly: (max(0, slice) * 1e9).rounded()) ?? .max) {
    case .nothing: return nil
    case .stopped: throw .stopped(segment: segment.name)
    case .serverGone: throw .serverGone(segment: segment.name)
    case .task(let task):
      rows.seat(of: task.slot).refreshRows()
      begunAt = System.monotonicNanoseconds
      return Request(slot: task.slot, kind: task.request == .solve ? .solve : .reset)
    }
  }

  /// Answers the request that ``next(slice:)`` returned: a solve's outputs are committed, a reset fills the rows with their
  /// initial values.
  /// - Parameter failure: why the controller could not: it takes no part until it is reset, and its rows are filled as
  ///   `on_failure` says.
  /// - Throws: `stepOutOfOrder` when there is no such request.
  package func settle(failure: String? = nil) throws(ClusterError) {
    guard let task = round.task else { throw .stepOutOfOrder("there is no request to settle") }
    let seat = rows.seat(of: task.slot)
    if let failure {
      seat.note(failure: task.request == .solve ? failure : "reset: \(failure)")
    } else if task.request == .solve {
      let duration = System.monotonicNanoseconds - begunAt
      seat.note(solve: duration)
      tally.note(duration)
      tally.flush()
    }
    round.settle(failure == nil, &rows)
    // A solve that has succeeded has left in the rows what the private ones hold.
    if failure != nil { seat.reloadRows() }
  }
}

/// The rows of a session's controllers.
private struct SessionRows: RowHost {
  private let segment: Segment
  private let safeRows: SafeRows
  private let first: Int
  private let seats: [ControllerSeat]

  init(_ segment: Segment, first: Int, _ contexts: [ControllerContext]) {
    self.segment = segment
    self.first = first
    safeRows = SafeRows(segment)
    seats = contexts.map { ControllerSeat($0, slot: segment.slot($0.slot)) }
  }

  func seat(of slot: Int) -> ControllerSeat { seats[slot - first] }

  var isRunning: Bool { segment.phase == .ready }
  var serverIsAlive: Bool { segment.server.isAlive }
  var failuresHoldRows: Bool { safeRows.hold }

  func writeRows(_ slot: Int, _ content: RowContent) {
    switch content {
    case .solution: return seat(of: slot).commitRows()
    case .filling(let filling): safeRows.fill(slot, filling)
    }
    seat(of: slot).reloadRows()
  }

  func clearRows(_ slot: Int) { seat(of: slot).clearRows() }
}
