import CLinux
import Synchronization

/// The rules by which a step is handed out and settled (DESIGN.md §5, modelled in `step.pml`), over the words of a mapped
/// segment. The slot words alone decide; `pending`, `done` and the bells only wake sleepers early.
///
/// Every operation is lock-free and leaves the words consistent at every instruction, so whoever runs it may be killed
/// anywhere.
struct StepProtocol {
  let control: ControlBlock
  private let words: UnsafeMutableRawPointer
  private let wordsStride: Int
  private let slots: UnsafeMutableRawPointer
  let slotCount: Int

  /// - Parameters:
  ///   - control: the address of a `ccluster_control`.
  ///   - words: the address of `slotCount` `ccluster_words`, `wordsStride` bytes apart.
  ///   - slots: the address of `slotCount` `ccluster_slot`s.
  init(
    control: UnsafeMutableRawPointer, words: UnsafeMutableRawPointer, wordsStride: Int,
    slots: UnsafeMutableRawPointer, slotCount: Int
  ) {
    self.control = ControlBlock(control)
    self.words = words
    self.wordsStride = wordsStride
    self.slots = slots
    self.slotCount = slotCount
  }

  @inline(__always)
  func slot(_ index: Int) -> Slot {
    Slot(words: words + index * wordsStride, record: slots + index * MemoryLayout<ccluster_slot>.stride)
  }

  // MARK: The client's side

  /// Whether a slot can take part in a step of that kind now.
  func isEligible(_ slot: Slot, _ lifecycle: Lifecycle, for request: StepRequest) -> Bool {
    let mayTakePart =
      switch request {
      case .solve: lifecycle.state == .active
      case .reset: lifecycle.state == .active || lifecycle.state == .idle || lifecycle.state == .failed
      }
    return mayTakePart && slot.step.status != .late
  }

  /// Hands generation `generation` out to the picked slots and wakes the workers, then settles for those whose process has
  /// died since they were picked.
  func publish(_ generation: UInt32, _ request: StepRequest, to picked: [Participant]) {
    // The count stands before the first word, so that a fast worker finds something to count down.
    control.pending.store(UInt64(generation) << 32 | UInt64(picked.count))
    for participant in picked {
      slot(participant.index).stepBits.store(StepWord(generation, .due, of: request).bits)
    }
    control.generation.store(generation)
    control.ringWorkers()
    // The server bumps the incarnation and then looks at the step word; here the step word comes first. With a full
    // barrier on both sides at least one of the two sees the other.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    for participant in picked where slot(participant.index).lifecycle.incarnation != participant.incarnation {
      settle(participant.index, StepWord(generation, .due, of: request), as: .died)
    }
    if picked.isEmpty { advanceDone(to: generation) }
  }

  /// The generation after the newest that any word mentions, and every slot of a step in flight settled as late: what a
  /// successor does before its first step.
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
    return newest
  }

  // MARK: Everybody's

  /// Settles a slot that is due, and counts it down; whether it was this call that did.
  @discardableResult
  func settle(_ index: Int, _ due: StepWord, as status: SlotStatus) -> Bool {
    guard win(index, due, as: status) else { return false }
    countDown(due.generation, by: 1)
    return true
  }

  /// Settles a slot that is due; whether it was this call that did. Then the caller counts it down.
  @inline(__always)
  func win(_ index: Int, _ due: StepWord, as status: SlotStatus) -> Bool {
    slot(index).stepBits.exchange(due.bits, for: due.with(status).bits)
  }

  /// Counts slots of `generation` down, and wakes the client if they were the last.
  func countDown(_ generation: UInt32, by count: UInt32) {
    while true {
      let pending = control.pending.load()
      let left = UInt32(truncatingIfNeeded: pending)
      guard UInt32(truncatingIfNeeded: pending >> 32) == generation, left >= count else { return }
      if control.pending.exchange(pending, for: pending - UInt64(count)) {
        if left == count { advanceDone(to: generation) }
        return
      }
    }
  }

  /// Moves `done` forward, never back, and wakes the client.
  func advanceDone(to generation: UInt32) {
    while true {
      let done = control.done.load()
      guard Int32(bitPattern: generation &- done) > 0 else { return }
      if control.done.exchange(done, for: generation) { break }
    }
    control.done.wake(1)
  }

  // MARK: The server's side

  /// Declares the death of a slot's process: state `dead`, a new incarnation. The caller has filled the slot's rows before,
  /// and calls ``settleDead(_:)`` afterwards.
  func declareDead(_ index: Int) {
    let slot = slot(index)
    while true {
      let old = slot.lifecycle
      guard old.state != .dead, old.state != .vacant else { return }
      if slot.lifecycleBits.exchange(old.bits, for: Lifecycle(old.incarnation &+ 1, .dead).bits) { break }
    }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
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

/// A slot that was picked for a step, with the incarnation that it had then.
struct Participant {
  var index: Int
  var incarnation: UInt32
}

extension Segment {
  var stepProtocol: StepProtocol {
    StepProtocol(
      control: base + SegmentSections.control, words: base + SegmentSections.words, wordsStride: layout.wordsStride,
      slots: base + slotsOffset, slotCount: layout.slots)
  }

  /// Where the slots' records start.
  var slotsOffset: Int { (SegmentSections.words + layout.slots * layout.wordsStride).roundedUp(to: 64) }
}
