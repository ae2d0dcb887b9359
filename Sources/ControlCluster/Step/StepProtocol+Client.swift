// The client's side: hands steps out, and goes on where a dead predecessor has left off. ``StepRound`` calls it.
extension StepProtocol {
  /// Whether a slot can take part in a step of that kind now. One that is late may still be writing its row: it stays out
  /// until it has said that it is not.
  func isEligible(_ slot: SlotWords<Platform>, _ lifecycle: Lifecycle, for request: StepRequest) -> Bool {
    let mayTakePart =
      switch request {
      case .solve: lifecycle.state == .active
      case .reset: lifecycle.state == .active || lifecycle.state == .idle || lifecycle.state == .failed
      }
    return mayTakePart && slot.step.status != .late
  }

  /// Hands generation `generation` out to the picked slots and wakes the workers, then settles for those whose process has
  /// died since they were picked, and notes it in them.
  ///
  /// Such a slot is settled as late, and reported as died: its successor may have been let in meanwhile and be at work on
  /// this very step, so it stays out until it has said that it no longer writes.
  func publish(_ generation: UInt32, _ request: StepRequest, to picked: inout [Participant]) {
    // The count stands before the first word, so that a fast worker finds something to count down.
    control.pending.store(UInt64(generation) << 32 | UInt64(picked.count))
    for participant in picked {
      slot(participant.index).stepBits.store(StepWord(generation, .due, of: request).bits)
    }
    control.generation.store(generation)
    // Behind the words: who has looked at its word before it was due, has read the bell before, and does not sleep.
    control.ringWorkers()
    // The server bumps the incarnation and then looks at the step word; here the step word comes first. With a full
    // barrier on both sides at least one of the two sees the other.
    Platform.fence()
    var marksLate = false
    for place in picked.indices {
      let participant = picked[place]
      guard slot(participant.index).lifecycle.incarnation != participant.incarnation else { continue }
      if settle(participant.index, StepWord(generation, .due, of: request), as: .late) {
        picked[place].hasDied = true
        marksLate = true
      }
    }
    if marksLate { control.ringWorkers() }
    if picked.isEmpty { advanceDone(to: generation) }
  }

  /// Settles as late whatever of the picked slots is due still. The bell is for those that sleep: nobody but they can clear
  /// the mark, and they may have passed over the word before, when it was none of theirs.
  func giveUp(_ due: StepWord, on picked: [Participant]) {
    var marksLate = false
    for participant in picked where settle(participant.index, due, as: .late) { marksLate = true }
    if marksLate { control.ringWorkers() }
  }

  /// The generation after the newest that any word mentions, and every slot of a step in flight settled as late: what a
  /// successor does before its first step. The bell wakes those that the predecessor did not live to ring for, so that they
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
    return newest
  }
}

/// A slot that was picked for a step, with the incarnation that it had then.
struct Participant {
  var index: Int
  var incarnation: UInt32
  /// Its process had died before the step was handed out.
  var hasDied = false
}
