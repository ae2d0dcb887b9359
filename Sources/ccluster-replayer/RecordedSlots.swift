import ClusterRecord
import ControlCluster
import Glibc

/// Brings controllers to where the recorded step found them: alive or started anew, reset, active or idle.
struct RecordedSlots {
  private let client: ControlClusterClient
  private let selected: [Int]
  private var before: RecordedStep?
  /// By how much the incarnation of each of them here was ahead of the recorded one in the first step: who has died less often
  /// since than it had is to die, and nobody dies twice because two steps tell of it.
  private var lead: [Int: UInt32] = [:]
  /// Their rows may have been written late since they took part for the last time.
  private var wasLate: Set<Int> = []
  /// The first step before which each of them was reset beside the steps.
  private(set) var resets: [Int: Int] = [:]

  private static let writesMask: UInt32 = (1 << 30) - 1

  init(_ client: ControlClusterClient, _ selected: [Int]) {
    self.client = client
    self.selected = selected
  }

  /// - Throws: `failed` when a controller does not come back in time, `stopped`.
  mutating func prepare(_ step: RecordedStep) throws(ClusterError) {
    defer { before = step }
    let owing = selected.filter { slot in
      let now = step.slots[slot]
      // Before this step.
      let recorded = now.incarnation &- (now.outcome == .died ? 1 : 0)
      let here = client.segment.slotPulse(slot).incarnation
      guard let lead = lead[slot] else {
        self.lead[slot] = here &- recorded
        return false
      }
      return (now.outcome != .free || now.state == .idle) && Int32(bitPattern: recorded &+ lead &- here) > 0
    }
    try restart(owing, step)
    for slot in selected {
      let now = step.slots[slot]
      if now.outcome != .free {
        try admit(slot)
        if !step.isReset { try bringIn(slot, step) }
        wasLate.remove(slot)
      } else if now.state == .idle, client.state(of: slot) == .active {
        try client.deactivate([slot])
      }
      if now.outcome == .late { wasLate.insert(slot) }
    }
  }

  /// Resets it if it was, and lets it take part.
  private mutating func bringIn(_ slot: Int, _ step: RecordedStep) throws(ClusterError) {
    // One that has failed took part again because it was reset.
    let hasFailed = client.state(of: slot) == .failed
    if hasFailed || wasReset(slot, step) {
      if !hasFailed { resets[slot] = resets[slot] ?? step.number }
      try client.request(.reset, [slot], timeout: client.cluster.controllers.startupTimeout)
    }
    if client.state(of: slot) == .idle { try client.activate([slot]) }
  }

  /// Whether its rows were written more often since the last step than it can have answered steps.
  private func wasReset(_ slot: Int, _ step: RecordedStep) -> Bool {
    guard let previous = before, !wasLate.contains(slot) else { return false }
    let (before, now) = (previous.slots[slot], step.slots[slot])
    guard before.incarnation == now.incarnation, now.outcome == .solved, before.outcome != .died else { return false }
    return Int((now.writes &- before.writes) & Self.writesMask) > step.number - previous.number
  }

  /// Ends the processes of these controllers, and with them their neighbours', and waits until each is known to be dead.
  private func restart(_ slots: [Int], _ step: RecordedStep) throws(ClusterError) {
    let living = slots.map(client.segment.slotSnapshot).filter {
      $0.pid > 0 && $0.state != .dead && $0.state != .vacant
    }
    let pids = Set(living.map(\.pid))
    guard !pids.isEmpty else { return }
    let ended = selected.map(client.segment.slotSnapshot).filter { pids.contains($0.pid) }
    let names = ended.count == 1 ? "controller \(ended[0].index)" : "controllers \(Quantity.ranges(ended.map(\.index)))"
    System.print(error: "\(names) had been started anew before step \(step.number): what runs here is ended, too")
    for pid in pids { kill(pid, SIGKILL) }
    for slot in ended { try wait(slot.index) { $0.incarnation != slot.incarnation } }
  }

  /// Waits until its process is let in.
  private func admit(_ slot: Int) throws(ClusterError) {
    try wait(slot) { [.idle, .active, .failed].contains($0.state) }
  }

  private func wait(_ slot: Int, until isDone: (SlotSnapshot) -> Bool) throws(ClusterError) {
    let patience = client.cluster.controllers.startupTimeout
    let end = System.monotonicNanoseconds &+ UInt64(patience * 1e9)
    while !isDone(client.segment.slotSnapshot(slot)) {
      if client.isStopping { throw .stopped(segment: client.segment.name) }
      guard System.monotonicNanoseconds < end else {
        throw .failed("controller \(slot) has not come back within startup_timeout (\(patience) s)")
      }
      usleep(1000)
    }
  }
}
