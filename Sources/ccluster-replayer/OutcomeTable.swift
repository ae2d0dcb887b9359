import ClusterReplay
import ControlCluster

/// What came of solves beside solutions: each pair of outcomes once for each controller.
struct OutcomeTable {
  private struct Key: Hashable {
    var controller: Int
    var recorded: SlotStatus
    var replayed: SlotStatus
  }

  private var places: [Key: Int] = [:]
  /// In order of time.
  private(set) var all: [ReplayReport.Outcome] = []

  /// - Returns: whether it is none that differs.
  mutating func note(
    _ controller: Int, _ moment: ReplayMoment, _ recorded: SlotStatus, _ replayed: SlotStatus, message: String,
    replayedMessage: String
  ) -> Bool {
    let key = Key(controller: controller, recorded: recorded, replayed: replayed)
    if let place = places[key] {
      all[place].steps += 1
      return all[place].isSame
    }
    var outcome = ReplayReport.Outcome(
      controller: controller, moment: moment, recorded: "\(recorded)", replayed: "\(replayed)")
    outcome.recordedMessage = message
    outcome.replayedMessage = replayedMessage
    places[key] = all.count
    all.append(outcome)
    return outcome.isSame
  }
}
