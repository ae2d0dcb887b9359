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
  private let slots: UnsafeMutableRawPointer
  let slotCount: Int

  /// - Parameters:
  ///   - control: the address of a `ccluster_control`.
  ///   - slots: the address of `slotCount` `ccluster_slot`s.
  init(control: UnsafeMutableRawPointer, slots: UnsafeMutableRawPointer, slotCount: Int) {
    self.control = ControlWords(control)
    self.slots = slots
    self.slotCount = slotCount
  }

  @inline(__always)
  func slot(_ index: Int) -> SlotWords<Platform> { SlotWords(slots + index * MemoryLayout<ccluster_slot>.stride) }

  /// Settles a slot that is due in `generation`; whether it was this call that did. One compare-and-swap decides between a
  /// worker that answers, the server that declares its death and the client that waits no longer.
  @discardableResult
  func settle(_ index: Int, _ generation: UInt32, as status: SlotStatus) -> Bool {
    guard slot(index).stepBits.exchange(StepWord(generation, .due).bits, for: StepWord(generation, status).bits) else {
      return false
    }
    if countDown(generation) { advanceDone(to: generation) }
    return true
  }

  /// Counts one slot of `generation` down; whether it was the last. Whoever was stopped before it and comes later finds
  /// another generation, and leaves its count alone.
  private func countDown(_ generation: UInt32) -> Bool {
    while true {
      let pending = control.pending.load()
      let count = UInt32(truncatingIfNeeded: pending)
      guard UInt32(truncatingIfNeeded: pending >> 32) == generation, count > 0 else { return false }
      if control.pending.exchange(pending, for: pending - 1) { return count == 1 }
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
      control: base + SegmentSections.control, slots: base + SegmentSections.slots, slotCount: layout.slots)
  }
}
