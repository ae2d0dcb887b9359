import ClusterRecord
import ControlCluster
import Glibc

/// Brings controllers to where the recorded step found them: alive or started anew, reset, active or idle.
struct RecordedSlots {
  private let client: ControlClusterClient
  private let selected: [Int]
  private var before: RecordedStep?
  /// Their processes were ended in the recording, and are still to be ended here.
  private var owesRestart: Set<Int> = []
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
    for slot in selected {
      let now = step.slots[slot]
      let takesPart = now.outcome != .free
      if let before = before?.slots[slot] {
        let deaths = Int32(bitPattern: now.incarnation &- before.incarnation &- (now.outcome == .died ? 1 : 0))
        if deaths > 0 { owesRestart.insert(slot) }
      }
      if takesPart || now.state == .idle, owesRestart.remove(slot) != nil { try restart(slot, step) }
      if takesPart { try admit(slot) }
      if takesPart, !step.isReset {
        if client.state(of: slot) == .failed || wasReset(slot, step) {
          if client.state(of: slot) != .failed { resets[slot] = resets[slot] ?? step.number }
          try client.request(.reset, [slot], timeout: client.cluster.controllers.startupTimeout)
        }
        if client.state(of: slot) == .idle { try client.activate([slot]) }
      }
      if !takesPart, now.state == .idle, client.state(of: slot) == .active { try client.deactivate([slot]) }
      if takesPart { wasLate.remove(slot) }
      if now.outcome == .late { wasLate.insert(slot) }
    }
  }

  /// Remembers what the step has come to here.
  mutating func settle(_ step: RecordedStep) {
    for slot in selected where step.slots[slot].outcome == .died && client.outcome(of: slot) != .died {
      owesRestart.insert(slot)
    }
  }

  /// Whether its rows were written more often since the last step than it can have answered steps.
  private func wasReset(_ slot: Int, _ step: RecordedStep) -> Bool {
    guard let previous = before, !wasLate.contains(slot) else { return false }
    let (before, now) = (previous.slots[slot], step.slots[slot])
    guard before.incarnation == now.incarnation, now.outcome == .solved, before.outcome != .died else { return false }
    return Int((now.writes &- before.writes) & Self.writesMask) > step.number - previous.number
  }

  private func restart(_ slot: Int, _ step: RecordedStep) throws(ClusterError) {
    let before = client.segment.slotSnapshot(slot)
    guard before.pid > 0, before.state != .dead, before.state != .vacant else { return }
    System.print(
      error: "step \(step.number): controller \(slot) had been started anew by then, and is started anew here")
    kill(before.pid, SIGKILL)
    try wait(slot) { $0.incarnation != before.incarnation }
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
