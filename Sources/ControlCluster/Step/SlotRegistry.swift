import CLinux

/// What the protocol asks of the server's process.
protocol RegistryHost: AnyObject {
  /// Whether the process is alive, and its end will be told from now on.
  func watch(_ identity: ProcessIdentity) -> Bool
  /// Fills the rows of a dead controller.
  func fillRows(_ slot: Int, _ filling: RowFilling)
  /// Whether a controller that dies leaves its rows, if they are whole, as they are.
  var failuresHoldRows: Bool { get }
}

/// The server's side of the protocol: lets registered controllers in, declares deaths, and answers for slots without a process
/// that is let in. Nobody else does any of it, so none can be done twice, or at once.
struct SlotRegistry<Platform: Machine> {
  private let steps: StepProtocol<Platform>
  private let firstState: SlotState
  /// The state that a slot had when it died, to return to.
  private(set) var statesBeforeDeath: [SlotState?]

  /// - Parameter firstState: what a controller is when it is let in for the first time: `active` or `idle`.
  init(_ steps: StepProtocol<Platform>, firstState: SlotState) {
    self.steps = steps
    self.firstState = firstState
    statesBeforeDeath = [SlotState?](repeating: nil, count: steps.slotCount)
  }

  /// Looks at all slots: answers for those without a process, watches processes that are new, lets in those that are ready, and
  /// declares those dead that their worker has lost.
  mutating func admit<Host: RegistryHost>(_ host: Host) {
    var hasSettled = false
    for index in 0..<steps.slotCount {
      let slot = steps.slot(index)
      if slot.process.load() == ProcessIdentity.lost.word { hasSettled = bury(index, of: .lost, host) || hasSettled }
      let lifecycle = slot.lifecycle
      guard lifecycle.state.isTheServers else { continue }
      if answer(index, host) { hasSettled = true }
      guard lifecycle.state == .registering else { continue }
      let identity = ProcessIdentity(word: slot.process.load())
      guard host.watch(identity) else {
        bury(index, of: identity, host)
        continue
      }
      if slot.prepared.load() != 0, slot.move(from: lifecycle, to: statesBeforeDeath[index] ?? firstState) {
        // What was asked of it meanwhile has waited for this, and it has passed it over. The lifecycle is moved before the
        // words are read, by a full barrier; who asks stores first and then rings.
        Platform.fence()
        if isUnsettled(slot) || slot.requests.load() != 0 { steps.control.ringWorkers() }
      }
    }
    if hasSettled { steps.wakeClientIfSettled() }
  }

  /// Declares death for all slots of a process that has ended.
  mutating func buryAll<Host: RegistryHost>(of identity: ProcessIdentity, _ host: Host) {
    for index in 0..<steps.slotCount { bury(index, of: identity, host) }
    steps.wakeClientIfSettled()
  }

  /// First the rows and the slot's own words, then the lifecycle, which a successor claims the slot by, then the step.
  ///
  /// Rows whose step has been settled stay: the client may be reading them. They are left to the next step, in which the slot
  /// takes part for ``answer(_:_:)`` to fill them. So are those that a request has left to it.
  /// - Returns: whether that settled a step.
  @discardableResult
  private mutating func bury<Host: RegistryHost>(_ index: Int, of identity: ProcessIdentity, _ host: Host) -> Bool {
    let slot = steps.slot(index)
    // The lifecycle is read before the process: a successor writes its process first.
    let before = slot.lifecycle
    guard before.state != .dead, before.state != .vacant, slot.process.load() == identity.word else { return false }
    switch before.state {
    case .idle, .active: statesBeforeDeath[index] = before.state
    case .failed: statesBeforeDeath[index] = .active
    case .vacant, .registering, .dead: break
    }
    if slot.rows.isBeingWritten {
      // Torn, they are no command to go on with, whatever `on_failure` says.
      slot.writeRows { host.fillRows(index, .initial) }
    } else if !host.failuresHoldRows {
      if isUnsettled(slot), slot.outstanding == nil {
        slot.writeRows { host.fillRows(index, .failure) }
      } else {
        slot.leaveRows(.failure)
      }
    }
    slot.prepared.store(0)
    // Requests stay: cleared, they would look carried out. A successor answers them, or who asked withdraws them.
    steps.declareDead(index)
    return answer(index, host)
  }

  /// Answers for a slot that has no process: fills its rows, if that is still to be done, before the step that it is due in is
  /// settled, so that the client finds them whole. Whether it settled a step.
  @discardableResult
  private func answer<Host: RegistryHost>(_ index: Int, _ host: Host) -> Bool {
    let slot = steps.slot(index)
    guard isUnsettled(slot) else { return false }
    if let filling = slot.outstanding { slot.writeRows { host.fillRows(index, filling) } }
    let hasSettled = steps.settleDead(index) != nil
    // Whoever was at work on its rows is gone.
    slot.becomeAvailable()
    return hasSettled
  }

  /// Whether the client has no answer of the slot to read: it waits for one, or has been told that there was none.
  private func isUnsettled(_ slot: SlotWords<Platform>) -> Bool {
    let status = slot.step.status
    return status == .due || status == .late
  }
}

extension StepProtocol {
  /// Declares the death of a slot's process: state `dead`, a new incarnation. The caller looks at the slot's step afterwards.
  func declareDead(_ index: Int) {
    let slot = slot(index)
    while true {
      let old = slot.lifecycle
      guard old.state != .dead, old.state != .vacant else { return }
      if slot.lifecycleBits.exchange(old.bits, for: Lifecycle(old.incarnation &+ 1, .dead).bits) { break }
    }
    Platform.fence()
  }

  /// Settles a dead slot's step, if it is due; the generation that this call has settled.
  @discardableResult
  func settleDead(_ index: Int) -> UInt32? {
    let word = slot(index).step
    return word.status == .due && settle(index, word, as: .died) ? word.generation : nil
  }

  /// Wakes the client if nobody else will: a worker that died between settling its slots and counting them down has left
  /// `pending` above zero.
  func wakeClientIfSettled() {
    // Words become due before `generation` names their step: none that is due in it means that all have settled.
    let generation = control.generation.load()
    for index in 0..<slotCount {
      let word = slot(index).step
      if word.status == .due, word.generation == generation { return }
    }
    advanceDone(to: generation)
  }
}
