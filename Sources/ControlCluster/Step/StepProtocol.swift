import CLinux

/// The rules by which a step is handed out and settled, over the words of a mapped segment. The slot words alone decide;
/// `pending`, `done` and the bells only wake sleepers early.
///
/// Every operation is lock-free and leaves the words consistent at every instruction, so whoever runs it may be killed or
/// stopped anywhere. What each side does stands in a chapter of its own: the client's, the worker's, and in
/// ``SlotRegistry`` the server's. A model of processes that are interleaved, killed and stopped between any two accesses
/// explores this very code: `Tests/ControlClusterTests/Model`.
struct StepProtocol<Platform: Machine> {
  let control: ControlWords<Platform>
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
    self.control = ControlWords(control)
    self.words = words
    self.wordsStride = wordsStride
    self.slots = slots
    self.slotCount = slotCount
  }

  @inline(__always)
  func slot(_ index: Int) -> SlotWords<Platform> {
    SlotWords(words: words + index * wordsStride, record: slots + index * MemoryLayout<ccluster_slot>.stride)
  }

  /// Asks slots for something beside the steps; whoever is let in carries it out.
  func ask(_ request: SlotRequest, of indices: [Int]) {
    for index in indices { slot(index).requests.set(bits: request.rawValue) }
    control.ringWorkers()
  }

  /// Settles a slot that is due, and counts it down; whether it was this call that did.
  @discardableResult
  func settle(_ index: Int, _ due: StepWord, as status: SlotStatus) -> Bool {
    guard win(index, due, as: status) else { return false }
    countDown(due.generation, by: 1)
    return true
  }

  /// Settles a slot that is due; whether it was this call that did. One compare-and-swap decides between a worker that
  /// answers, the server that declares its death and the client that waits no longer. Who wins counts down.
  @inline(__always)
  func win(_ index: Int, _ due: StepWord, as status: SlotStatus) -> Bool {
    slot(index).stepBits.exchange(due.bits, for: due.with(status).bits)
  }

  /// Counts slots of `generation` down, and wakes the client if they were the last. Whoever was stopped before it and comes
  /// later finds another generation, and leaves its count alone.
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
}

extension Segment {
  var stepProtocol: StepProtocol<Hardware> {
    StepProtocol(
      control: base + SegmentSections.control, words: base + SegmentSections.words, wordsStride: layout.wordsStride,
      slots: base + layout.slotsOffset, slotCount: layout.slots)
  }
}
