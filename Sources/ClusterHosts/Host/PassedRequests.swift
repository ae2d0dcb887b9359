import ControlCluster

/// What the head has passed on to be asked of this host's controllers, until they have done it.
struct PassedRequests {
  private struct Open {
    var slot: Int
    var request: SlotRequest
    /// Of the slot, when it was asked: one more failure means that a reset did not come about.
    var failures: UInt64
  }

  private var open: [Open] = []

  mutating func begin(_ request: SlotRequest, _ slot: Int, in segment: Segment) {
    // Read before it can fail.
    let failures = segment.failures(slot)
    guard (try? segment.begin(request, [slot])) != nil else { return }
    open.append(Open(slot: slot, request: request, failures: failures))
  }

  mutating func withdraw(_ request: SlotRequest, _ slot: Int, in segment: Segment) {
    _ = segment.withdraw(request, [slot])
    for index in open.indices where open[index].slot == slot { open[index].request.subtract(request) }
    open.removeAll { $0.request.isEmpty }
  }

  /// Tells of those that have been carried out.
  mutating func end(in segment: Segment, _ tell: (Note) -> Void) {
    if open.isEmpty { return }
    open.removeAll { open in
      guard segment.unanswered(open.request, [open.slot]).isEmpty else { return false }
      let hasFailed = open.request.contains(.reset) && segment.failures(open.slot) != open.failures
      tell(.done(slot: open.slot, open.request, failure: hasFailed ? segment.slotSnapshot(open.slot).message : nil))
      return true
    }
  }
}
