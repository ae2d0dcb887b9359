/// What the protocol asks of a process about the rows of its controllers.
protocol RowHost {
  /// Writes a slot's rows into shared memory.
  mutating func writeRows(_ slot: Int, _ content: RowContent)
  /// Forgets what a slot's controller has solved, but leaves the rows in shared memory alone.
  mutating func clearRows(_ slot: Int)
  /// Whether a controller that fails leaves its rows as they are.
  var failuresHoldRows: Bool { get }
  /// Whether the cluster goes on.
  var isRunning: Bool { get }
  /// Whether somebody could still say that it does not.
  var serverIsAlive: Bool { get }
}

/// What the protocol asks of a process that hosts controllers. It never touches the words of a step.
protocol ControllerHost: RowHost {
  /// A pass over all slots begins.
  mutating func beginPass()
  /// All slots have been looked at, and whoever waits for them is told next.
  mutating func endPass()
  /// Solves with a slot's controller, but leaves its rows alone; whether it could.
  mutating func solve(_ slot: Int) -> Bool
  /// Resets a slot's controller, but leaves its rows alone; whether it could.
  mutating func reset(_ slot: Int) -> Bool
}

/// What a worker writes into a controller's rows.
enum RowContent {
  /// What the controller has solved.
  case solution
  case filling(RowFilling)
}

/// How a claim of a slot ended.
enum ClaimOutcome: Equatable {
  case claimed
  /// A live process has the slot.
  case taken(by: ProcessIdentity)
  /// The cluster is stopping.
  case stopped
}

// The worker's side: takes a slot over, and answers its steps and requests.
extension StepProtocol {
  /// Makes a slot the process's own, once its holder is dead and declared so.
  ///
  /// The process word comes before the lifecycle, so that a slot that registers always says by whom: the server watches that
  /// process. It stays the predecessor's until that one's death has been declared, because the server knows a dead process's
  /// slots by it.
  ///
  /// The lifecycle is read after the holder, and the exchange of the holder proves that it still holds: whoever moves a slot
  /// that is vacant or dead has put itself into the process word first, and no identity comes twice. So one that was stopped
  /// here, while another came and went, finds that out.
  func claim(_ index: Int, for identity: ProcessIdentity, while isRunning: () -> Bool) -> ClaimOutcome {
    let slot = slot(index)
    while true {
      let holder = ProcessIdentity(word: slot.process.load())
      if Platform.isAlive(holder) { return .taken(by: holder) }
      let lifecycle = slot.lifecycle
      if lifecycle.state == .vacant || lifecycle.state == .dead {
        guard slot.process.exchange(holder.word, for: identity.word) else { continue }
        slot.prepared.store(0)
        slot.registeringAt.store(Platform.now)
        // Every death but none else makes a new incarnation.
        slot.restarts.store(lifecycle.incarnation)
        // Nobody else moves a slot that is vacant or dead and whose process lives.
        _ = slot.move(from: lifecycle, to: .registering)
        return .claimed
      }
      // The predecessor is gone, and the server is about to say so; it may not know if that one died before it could ring.
      guard isRunning() else { return .stopped }
      control.ringServer()
      Platform.rest(nanoseconds: 1_000_000)
    }
  }

  /// Says that a slot's controller is built and waits to be let in.
  func becomePrepared(_ index: Int) {
    slot(index).prepared.store(1)
    control.ringServer()
  }

  /// Answers the steps and requests of claimed slots until the cluster stops or its server is gone.
  /// - Parameter longestSleep: ns
  func serve<Host: ControllerHost>(_ slots: Range<Int>, _ host: inout Host, longestSleep: UInt64) {
    let doorbell = control.doorbell
    while true {
      let bell = doorbell.load()
      var settled = SettledCount()
      host.beginPass()
      for index in slots {
        let slot = slot(index)
        let status = slot.step.status
        if status == .due {
          answer(index, &host, &settled)
        } else if status == .late, slot.lifecycle.state != .registering {
          slot.becomeAvailable()
        }
        // Also when a step was due: a simulator that steps without pause would make a request wait for ever.
        if slot.requests.load() != 0 { carryOutRequests(index, &host) }
      }
      host.endPass()
      settled.countDown(self)
      guard host.isRunning else { return }
      // Whatever became due behind this pass, and a stop, has rung the bell since: then this does not sleep.
      let timedOut = doorbell.sleep(while: bell, nanoseconds: longestSleep)
      if timedOut, !host.serverIsAlive { return }
    }
  }

  /// What a pass over a worker's slots has settled and not counted down yet: each slot is settled as it is done, but `pending`
  /// is a line that all workers fight for.
  struct SettledCount {
    private var generation: UInt32 = 0
    private var count: UInt32 = 0

    mutating func add(_ generation: UInt32, _ steps: StepProtocol) {
      if generation != self.generation { countDown(steps) }
      self.generation = generation
      count += 1
    }

    mutating func countDown(_ steps: StepProtocol) {
      if count > 0 { steps.countDown(generation, by: count) }
      count = 0
    }
  }

  private func answer<Host: ControllerHost>(_ index: Int, _ host: inout Host, _ settled: inout SettledCount) {
    guard let (due, state) = dueStep(of: index) else { return }
    let status: SlotStatus
    switch due.request {
    case .reset: status = endReset(index, host.reset(index), &host)
    case .solve where state == .active: status = endSolve(index, host.solve(index), &host)
    case .solve: status = sitOut(index, in: state, &host)
    }
    // Late, that is: written now, and free to take part again.
    if win(index, due, as: status) { settled.add(due.generation, self) } else { slot(index).becomeAvailable() }
  }

  /// The step that a slot has to answer, and its controller's state; `nil` when there is none.
  @inline(__always)
  func dueStep(of index: Int) -> (due: StepWord, state: SlotState)? {
    let slot = slot(index)
    let state = slot.lifecycle.state
    // Not let in yet: the step was handed to the predecessor, and its death is about to settle it.
    guard state != .registering else { return nil }
    // Behind the lifecycle: before this process was let in, the predecessor's step was settled. One that is due still was
    // handed out since, to this process or to be settled as late.
    let due = slot.step
    return due.status == .due ? (due, state) : nil
  }

  /// Leaves what a solve has come to in rows and lifecycle, and says how it settles.
  func endSolve<Host: RowHost>(_ index: Int, _ isSolved: Bool, _ host: inout Host) -> SlotStatus {
    guard isSolved else { return fail(index, &host) }
    writeRows(index, .solution, &host)
    return .solved
  }

  /// The same for a reset.
  func endReset<Host: RowHost>(_ index: Int, _ isReset: Bool, _ host: inout Host) -> SlotStatus {
    guard isReset else { return fail(index, &host) }
    writeRows(index, .filling(.initial), &host)
    recover(index)
    return .solved
  }

  /// Answers for a controller that is not active: not any more, though the client has picked it, or it was picked for its rows.
  func sitOut<Host: RowHost>(_ index: Int, in state: SlotState, _ host: inout Host) -> SlotStatus {
    let filling = slot(index).outstanding
    if state == .failed {
      if let filling { writeRows(index, .filling(filling), &host) }
      return .failed
    }
    writeRows(index, .filling(filling ?? .initial), &host)
    return .solved
  }

  private func fail<Host: RowHost>(_ index: Int, _ host: inout Host) -> SlotStatus {
    if let filling = slot(index).outstanding ?? (host.failuresHoldRows ? nil : .failure) {
      writeRows(index, .filling(filling), &host)
    }
    becomeFailed(index)
    return .failed
  }

  private func recover(_ index: Int) {
    let slot = slot(index)
    let lifecycle = slot.lifecycle
    if lifecycle.state == .failed { _ = slot.move(from: lifecycle, to: .active) }
  }

  private func becomeFailed(_ index: Int) {
    let slot = slot(index)
    let lifecycle = slot.lifecycle
    if lifecycle.state == .active { _ = slot.move(from: lifecycle, to: .failed) }
  }

  private func writeRows<Host: RowHost>(_ index: Int, _ content: RowContent, _ host: inout Host) {
    slot(index).writeRows { host.writeRows(index, content) }
  }

  /// Carries out what was asked beside the steps.
  private func carryOutRequests<Host: ControllerHost>(_ index: Int, _ host: inout Host) {
    let requests = openRequests(of: index)
    if requests.isEmpty { return }
    endRequests(requests, of: index, isReset: !requests.contains(.reset) || host.reset(index), &host)
  }

  /// What is asked of a slot beside the steps. Until the server has let its controller in, a request waits.
  func openRequests(of index: Int) -> SlotRequest {
    let slot = slot(index)
    return slot.lifecycle.state == .registering ? [] : SlotRequest(rawValue: slot.requests.load())
  }

  /// Carries out what a controller is not asked for itself, once it has reset; a bit is cleared when its request has come true.
  ///
  /// No step waits for it, so the client may be reading the rows: the next step fills them.
  /// - Parameter isReset: whether the controller could do its part.
  func endRequests<Host: RowHost>(_ requests: SlotRequest, of index: Int, isReset: Bool = true, _ host: inout Host) {
    let slot = slot(index)
    if requests.contains(.reset) {
      if isReset {
        release(index, &host)
        recover(index)
      } else {
        if !host.failuresHoldRows { slot.leaveRows(.failure) }
        becomeFailed(index)
      }
    }
    if requests.contains(.activate) {
      let lifecycle = slot.lifecycle
      if lifecycle.state == .idle { _ = slot.move(from: lifecycle, to: .active) }
    }
    if requests.contains(.deactivate) {
      let lifecycle = slot.lifecycle
      release(index, &host)
      if lifecycle.state == .active || lifecycle.state == .failed { _ = slot.move(from: lifecycle, to: .idle) }
    }
    slot.requests.clear(bits: requests.rawValue)
  }

  private func release<Host: RowHost>(_ index: Int, _ host: inout Host) {
    slot(index).leaveRows(.initial)
    host.clearRows(index)
  }
}
