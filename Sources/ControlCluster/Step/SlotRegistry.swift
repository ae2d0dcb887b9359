/// What the protocol asks of the server's process.
protocol RegistryHost: AnyObject {
  /// Whether the process is alive, and its end will be told from now on.
  func watch(_ identity: ProcessIdentity) -> Bool
  /// Fills the rows of a dead controller as `on_failure` says.
  /// - Parameter torn: the process died while it wrote them.
  func fillRows(_ slot: Int, torn: Bool)
  /// Whether a controller that dies leaves its rows, if they are whole, as they are.
  var failuresHoldRows: Bool { get }
}

/// The server's side of the protocol: lets registered controllers in, and declares deaths. Nobody else does either, so
/// neither can be done twice, or at once.
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

  /// Looks at all slots: watches processes that are new, lets in those that are ready.
  mutating func admit<Host: RegistryHost>(_ host: Host) {
    for index in 0..<steps.slotCount {
      let slot = steps.slot(index)
      let lifecycle = slot.lifecycle
      guard lifecycle.state == .registering else { continue }
      let identity = ProcessIdentity(word: slot.process.load())
      guard host.watch(identity) else {
        bury(index, of: identity, host)
        continue
      }
      if slot.prepared.load() != 0 {
        // What was asked of it meanwhile has waited for this.
        if slot.move(from: lifecycle, to: statesBeforeDeath[index] ?? firstState), slot.requests.load() != 0 {
          steps.control.ringWorkers()
        }
      }
    }
  }

  /// Declares death for all slots of a process that has ended.
  mutating func buryAll<Host: RegistryHost>(of identity: ProcessIdentity, _ host: Host) {
    for index in 0..<steps.slotCount { bury(index, of: identity, host) }
    steps.wakeClientIfSettled()
  }

  /// First the rows and the slot's own words, then the lifecycle, then the step: the client settles a step whose slot has
  /// died itself, and a successor claims the slot, as soon as the lifecycle says so.
  private mutating func bury<Host: RegistryHost>(_ index: Int, of identity: ProcessIdentity, _ host: Host) {
    let slot = steps.slot(index)
    // The lifecycle is read before the process: a successor writes its process first.
    let before = slot.lifecycle
    guard before.state != .dead, before.state != .vacant, slot.process.load() == identity.word else { return }
    switch before.state {
    case .idle, .active: statesBeforeDeath[index] = before.state
    case .failed: statesBeforeDeath[index] = .active
    case .vacant, .registering, .dead: break
    }
    let isTorn = slot.rows.isBeingWritten
    if isTorn || !host.failuresHoldRows { slot.writeRows { host.fillRows(index, torn: isTorn) } }
    slot.prepared.store(0)
    // Requests stay: cleared, they would look carried out. A successor answers them, or who asked withdraws them.
    steps.declareDead(index)
    steps.settleDead(index)
  }
}

extension StepProtocol {
  /// Declares the death of a slot's process: state `dead`, a new incarnation. The caller has filled the slot's rows before,
  /// and calls ``settleDead(_:)`` afterwards.
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
