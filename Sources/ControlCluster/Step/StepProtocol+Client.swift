// The client's side: hands steps out, and goes on where a dead predecessor has left off. ``StepRound`` calls it.
extension StepProtocol {
  /// Whether a slot can take part in a step of that kind now. One that is late may still be writing its row: it stays out
  /// until it has said that it is not. One whose rows were left to the next step takes part for them alone: they are of a
  /// solution that the client was free to read until then. Its worker fills them, or the server when its process has died, which
  /// the step reports.
  func part(of slot: SlotWords<Platform>, in request: StepRequest) -> StepPart {
    // Before the lifecycle: a controller that fails late moves that, and then says that it is not late any more.
    if slot.step.status == .late { return .none }
    let state = slot.lifecycle.state
    switch request {
    case .solve:
      if state == .active { return .whole }
      // Nobody would answer for a vacant one, whatever stands there.
      if state == .vacant || slot.outstanding == nil { return .none }
      return state.isTheServers ? .whole : .rows
    case .reset: return state == .active || state == .idle || state == .failed ? .whole : .none
    }
  }

  /// Hands generation `generation` out to the picked slots and wakes the workers, and the server where it is to answer: for
  /// a slot that has no process, or whose process has died since it was picked. If a successor has been let in meanwhile, that
  /// one answers.
  func publish(_ generation: UInt32, _ request: StepRequest, to picked: [Int]) {
    // The count stands before the first word, so that a fast worker finds something to count down.
    control.pending.store(UInt64(generation) << 32 | UInt64(picked.count))
    for index in picked { slot(index).stepBits.store(StepWord(generation, .due, of: request).bits) }
    control.generation.store(generation)
    // Behind the words: who has looked at its word before it was due, has read the bell before, and does not sleep.
    control.ringWorkers()
    // The server moves the lifecycle and then looks at the step word; here the step word comes first. With a full barrier on
    // both sides at least one of the two sees the other.
    Platform.fence()
    if picked.contains(where: { slot($0).lifecycle.state.isTheServers }) { control.ringServer() }
    if picked.isEmpty { advanceDone(to: generation) }
  }

  /// Settles as late whatever of the picked slots is due still. The bell is for those that sleep: nobody but they can clear
  /// the mark, and they may have passed over the word before, when it was none of theirs.
  func giveUp(_ due: StepWord, on picked: [Int]) {
    var marksLate = false
    for index in picked where settle(index, due, as: .late) { marksLate = true }
    if marksLate { control.ringWorkers() }
  }

  /// The generation after the newest that any word mentions, and every slot of a step in flight settled as late: what a
  /// successor does before its first step. The bells wake those that the predecessor did not live to ring for, so that they
  /// say that they are not late.
  func takeOver() -> UInt32 {
    var newest = control.generation.load()
    func consider(_ generation: UInt32) {
      if Int32(bitPattern: generation &- newest) > 0 { newest = generation }
    }
    consider(UInt32(truncatingIfNeeded: control.pending.load() >> 32))
    for index in 0..<slotCount {
      let word = slot(index).step
      consider(word.generation)
      if word.status == .due { settle(index, word, as: .late) }
    }
    // Where the next step expects it, whatever stood there: nobody else moves it while no step is in flight.
    control.done.store(newest)
    control.ringWorkers()
    control.ringServer()
    return newest
  }
}

/// What part a slot takes in a step.
enum StepPart {
  case none, whole
  /// It is asked only so that its rows are filled, and the report leaves it out.
  case rows
}
