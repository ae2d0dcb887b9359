import ControlCluster

/// What the head knows of a host's controllers, to tell it what has changed.
struct ControllerWatch {
  private struct Known {
    var isUp = false
    var incarnation: UInt32 = 0
    /// It was late in a step that the head has the answer to.
    var isLate = false
  }

  private var known: [Known]

  init(slots: Int) { known = [Known](repeating: Known(), count: slots) }

  mutating func noteLate(_ slot: Int) { known[slot].isLate = true }

  mutating func look(_ segment: Segment, _ tell: (Note) -> Void) {
    for slot in known.indices {
      let standing = segment.slotStanding(slot)
      let isIn = standing.state == .idle || standing.state == .active || standing.state == .failed
      if known[slot].isUp, !isIn || standing.incarnation != known[slot].incarnation {
        known[slot] = Known()
        tell(.down(slot: slot))
      }
      if isIn, !known[slot].isUp {
        known[slot] = Known(isUp: true, incarnation: standing.incarnation)
        tell(.up(slot: slot, registration: segment.registrationNanoseconds(slot)))
      }
      if known[slot].isLate, standing.status != .late, standing.status != .due {
        known[slot].isLate = false
        tell(.caughtUp(slot: slot))
      }
    }
  }
}
