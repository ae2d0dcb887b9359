import CLinux

/// Slots whose controllers run on other hosts, for the one process here that answers for all of them: it takes what a step asks
/// of them, and settles with what those hosts have answered.
///
/// It is their worker like any other: they are claimed, let in, and dead when this process is. A controller that is lost there,
/// while this process lives, is given up with ``lose(_:)``, which the server declares its death for; ``join(_:registration:)``
/// claims the slot again. What was looked at or settled the client hears of with ``tellClient()``.
///
/// Not thread-safe: one thread at a time may call it.
package final class RemoteSlots {
  /// What a step asks of a slot.
  package struct Request: Sendable, Equatable {
    package var generation: UInt32
    package var isReset: Bool
  }

  package let segment: Segment
  package let slots: Range<Int>
  // One thread calls; looking at each access for another one costs as much as a slot of a step.
  @exclusivity(unchecked) private var round: RemoteRound<Hardware>
  @exclusivity(unchecked) private var rows: RemoteRows
  @exclusivity(unchecked) private var tally: SolveTally

  /// - Parameters:
  ///   - segment: attached as controller.
  ///   - answers: for each `step` buffer that controllers write, in the order of the layout, where ``settle(_:_:as:)`` finds
  ///     the row of slot `slots.lowerBound`; the others lie a row's stride apart behind it.
  /// - Throws: `slotOutOfRange`
  package init(on segment: Segment, slots: Range<Int>, answers: [UnsafeRawPointer]) throws(ClusterError) {
    guard slots.lowerBound >= 0, slots.upperBound <= segment.layout.slots else {
      throw .slotOutOfRange(slot: slots.upperBound - 1, count: segment.layout.slots)
    }
    self.segment = segment
    self.slots = slots
    round = RemoteRound(steps: segment.stepProtocol, identity: .current())
    rows = RemoteRows(segment, first: slots.lowerBound, answers)
    tally = SolveTally(segment, first: slots.lowerBound, count: slots.count)
  }

  /// The slots that this process was launched for.
  /// - Throws: `environment`
  package static func slotsFromEnvironment() throws(ClusterError) -> Range<Int> { try Worker.slotsFromEnvironment() }

  package var isRunning: Bool { segment.phase == .ready }
  package var serverIsAlive: Bool { segment.server.isAlive }
  /// How long the client waits for the step in flight, ns.
  package var patience: UInt64 { segment.control.patience.loadRelaxed() }

  // MARK: Waiting

  /// Changes with everything that this process is to look at.
  package var bell: UInt32 { segment.control.doorbell.load() }

  /// - Parameter bell: as it was before the last look.
  package func sleep(while bell: UInt32, nanoseconds: UInt64) {
    segment.control.doorbell.sleep(while: bell, nanoseconds: nanoseconds)
  }

  // MARK: A controller's life

  /// Whether the slot may be claimed: nobody has it, or the death of who had it has been declared.
  package func isFree(_ slot: Int) -> Bool { round.isFree(slot) }

  /// Makes a free slot this process's own, for a controller that is ready.
  /// - Parameter registration: how long it took to build, ns.
  /// - Throws: `slotTaken` naming the live holder, `stopped`.
  package func join(_ slot: Int, registration: UInt64) throws(ClusterError) {
    try segment.claim(slot..<slot + 1)
    round.steps.slot(slot).registrationNanoseconds.store(registration)
    round.steps.becomePrepared(slot)
  }

  /// Gives up a slot whose controller is no more. What it was asked for is the server's to settle.
  package func lose(_ slot: Int) { round.lose(slot) }

  // MARK: Steps

  /// What a step asks of the slot's controller; `nil` when there is nothing to ask it. What can be answered without it is: for a
  /// controller that is not active.
  /// - Parameter isBusy: whether the controller is at work on a step before.
  package func look(at slot: Int, isBusy: Bool) -> Request? {
    round.look(at: slot, isBusy: isBusy, &rows).map {
      Request(generation: $0.generation, isReset: $0.request == .reset)
    }
  }

  /// How a controller has answered.
  package enum Answer: Sendable {
    /// Its rows are where ``init(on:slots:answers:)`` was told.
    case solved
    /// Why it could not; cut at 63 bytes.
    case failed(String)
  }

  /// Answers a request of ``look(at:isBusy:)``. One whose time is over is left alone, and its controller free to take part again.
  package func settle(_ slot: Int, _ request: Request, as answer: Answer) {
    let isSolved: Bool
    switch answer {
    case .solved: isSolved = true
    case .failed(let message):
      isSolved = false
      note(failure: message, of: slot)
    }
    let due = StepWord(request.generation, .due, of: request.isReset ? .reset : .solve)
    round.settle(slot, due, succeeded: isSolved, &rows)
  }

  /// Lets the client know what has been settled since the last time.
  package func tellClient() { round.countDown() }

  // MARK: Figures

  /// What a controller's solves come to, as it counts them itself.
  package struct Figures: Sendable, Equatable {
    package var solves: UInt64
    /// ns
    package var last: UInt64
    package var longest: UInt64
    package var total: UInt64

    package init(solves: UInt64, last: UInt64, longest: UInt64, total: UInt64) {
      self.solves = solves
      self.last = last
      self.longest = longest
      self.total = total
    }
  }

  /// Leaves a controller's figures where observers look for them.
  package func note(_ figures: Figures, of slot: Int) {
    let words = round.steps.slot(slot)
    if figures.solves != words.solves.loadRelaxed() { tally.note(figures.last) }
    words.solves.storeRelaxed(figures.solves)
    words.lastSolve.storeRelaxed(figures.last)
    words.maxSolve.storeRelaxed(figures.longest)
    words.totalSolve.storeRelaxed(figures.total)
  }

  /// Shows what ``note(_:of:)`` has counted.
  package func flushFigures() { tally.flush() }

  // MARK: Requests beside the steps

  /// What is asked of a slot beside the steps and its controller has to do.
  package func openRequests(of slot: Int) -> SlotRequest { round.steps.openRequests(of: slot) }

  /// Ends requests that a controller has carried out.
  /// - Parameter failure: why it could not reset, if that was among them.
  package func endRequests(_ requests: SlotRequest, of slot: Int, failure: String?) {
    let open = requests.intersection(round.steps.openRequests(of: slot))
    if open.isEmpty { return }
    if let failure { note(failure: failure, of: slot) }
    round.steps.endRequests(open, of: slot, isReset: failure == nil, &rows)
  }

  private func note(failure: String, of slot: Int) {
    let words = round.steps.slot(slot)
    words.message = failure
    words.failures.storeRelaxed(words.failures.loadRelaxed() + 1)
  }
}

/// The rows of controllers on other hosts: what they have solved has arrived beside the memory.
private struct RemoteRows: RowHost {
  private struct Source {
    let access: RowAccess
    /// Of the first slot's row.
    let answers: UnsafeRawPointer
  }

  private let segment: Segment
  private let safeRows: SafeRows
  private let first: Int
  private let sources: [Source]

  init(_ segment: Segment, first: Int, _ answers: [UnsafeRawPointer]) {
    self.segment = segment
    self.first = first
    safeRows = SafeRows(segment)
    sources = zip(segment.layout.buffers.filter(\.isAnswer), answers).map {
      Source(access: RowAccess(segment, $0), answers: $1)
    }
  }

  var isRunning: Bool { segment.phase == .ready }
  var serverIsAlive: Bool { segment.server.isAlive }
  var failuresHoldRows: Bool { safeRows.hold }

  func writeRows(_ slot: Int, _ content: RowContent) {
    switch content {
    case .solution:
      for source in sources {
        source.access.write(slot, from: source.answers + (slot - first) * source.access.buffer.rowStride)
      }
      segment.slot(slot).contentsBits.store(CCLUSTER_CONTENTS_SOLVED.rawValue)
    case .filling(let filling): safeRows.fill(slot, filling)
    }
  }

  /// What the controller keeps it forgets itself.
  func clearRows(_ slot: Int) {}
}

extension BufferLayout {
  /// Whether a controller answers a step with its row of it.
  package var isAnswer: Bool { sync == .step && writer == .controller && per == .controller && rowSize > 0 }
}

extension Segment {
  /// What a controller's solves come to.
  package func solveFigures(_ index: Int) -> RemoteSlots.Figures {
    let slot = slot(index)
    return RemoteSlots.Figures(
      solves: slot.solves.loadRelaxed(), last: slot.lastSolve.loadRelaxed(), longest: slot.maxSolve.loadRelaxed(),
      total: slot.totalSolve.loadRelaxed())
  }

  /// How a slot stands in its step, and whose it is: one look at the words of steps, which are small and lie together.
  package func slotStanding(_ index: Int) -> (status: SlotStatus, state: SlotState, incarnation: UInt32) {
    let slot = slot(index)
    let lifecycle = slot.lifecycle
    return (slot.step.status, lifecycle.state, lifecycle.incarnation)
  }

  /// How often a controller could not solve or reset.
  package func failures(_ index: Int) -> UInt64 { slot(index).failures.loadRelaxed() }

  /// From the claim of the slot until its controller was built, ns.
  package func registrationNanoseconds(_ index: Int) -> UInt64 { slot(index).registrationNanoseconds.load() }
}
