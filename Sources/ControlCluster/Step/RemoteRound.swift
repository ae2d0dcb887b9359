import CLinux

/// The worker's side of a step for a process that answers for controllers which run elsewhere: it hands on what they are asked,
/// settles when their answers come, and may lose one of them while it lives itself. What it has settled the client hears of
/// with ``countDown()``.
struct RemoteRound<Platform: Machine> {
  let steps: StepProtocol<Platform>
  let identity: ProcessIdentity
  private var settled = StepProtocol<Platform>.SettledCount()

  init(steps: StepProtocol<Platform>, identity: ProcessIdentity) {
    self.steps = steps
    self.identity = identity
  }

  /// What a step asks of a slot's controller; `nil` when there is nothing to ask it. What can be answered without it is: for
  /// one that is not active.
  /// - Parameter isBusy: whether the controller is at work on a step before.
  mutating func look<Host: RowHost>(at index: Int, isBusy: Bool, _ host: inout Host) -> StepWord? {
    let slot = steps.slot(index)
    guard let (due, state) = steps.dueStep(of: index) else {
      if !isBusy, slot.lifecycle.state != .registering { slot.becomeAvailable() }
      return nil
    }
    // Until all words of a step are there its generation is not: then the bell is about to ring. So one look finds all of them.
    guard !isBusy, due.generation == steps.control.generation.load() else { return nil }
    if due.request == .reset || state == .active { return due }
    settle(index, due, as: steps.sitOut(index, in: state, &host))
    return nil
  }

  /// Answers what ``look(at:isBusy:_:)`` has found. A step whose time is over is left alone, and the controller is free to take
  /// part again.
  mutating func settle<Host: RowHost>(_ index: Int, _ due: StepWord, succeeded: Bool, _ host: inout Host) {
    let status =
      due.request == .reset ? steps.endReset(index, succeeded, &host) : steps.endSolve(index, succeeded, &host)
    settle(index, due, as: status)
  }

  private mutating func settle(_ index: Int, _ due: StepWord, as status: SlotStatus) {
    if steps.win(index, due, as: status) {
      settled.add(due.generation, steps)
    } else {
      steps.slot(index).becomeAvailable()
    }
  }

  /// Counts down what has been settled since the last time; who waits for the last of it wakes.
  mutating func countDown() { settled.countDown(steps) }

  /// Gives up a slot whose controller is no more: from here on it is the server's, which declares the death and settles.
  func lose(_ index: Int) {
    guard steps.slot(index).process.exchange(identity.word, for: ProcessIdentity.lost.word) else { return }
    steps.control.ringServer()
  }

  /// Whether the slot may be claimed: nobody has it, or the death of who had it has been declared.
  func isFree(_ index: Int) -> Bool {
    let state = steps.slot(index).lifecycle.state
    return state == .vacant || state == .dead
  }
}
