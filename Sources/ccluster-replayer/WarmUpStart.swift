import ClusterRecord
import ClusterReplay
import ControlCluster

/// The step that a replay begins with, so that controllers are where they were at the first one that is compared.
struct WarmUpStart {
  let step: Int

  init(_ recording: Recording, _ request: ReplayRequest, _ selected: [Int]) throws {
    let first = request.steps.lowerBound
    switch request.warmUp {
    case .all: step = 0
    case .steps(let count): step = max(0, first - count)
    case .reset: step = try Self.lastReset(recording, before: first, selected)
    }
  }

  /// The last step behind which each of them has been reset or started: what it remembers is of no step before.
  private static func lastReset(_ recording: Recording, before first: Int, _ selected: [Int]) throws -> Int {
    var starts: [Int: Int] = [:]
    var incarnations: [Int: UInt32] = [:]
    try recording.forEachStep { step in
      guard step.number <= first else { return false }
      for slot in selected where slot < step.slots.count {
        let now = step.slots[slot]
        let isFresh = incarnations[slot].map { $0 != now.incarnation } ?? true
        incarnations[slot] = now.incarnation
        // A process that died in this step begins with a later one.
        if isFresh || (step.isReset && now.outcome == .solved) { starts[slot] = step.number }
      }
      return true
    }
    return starts.values.min() ?? 0
  }
}
