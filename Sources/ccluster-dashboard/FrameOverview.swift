import ControlCluster

/// What every frame tells of the cluster.
struct FrameOverview: Sendable {
  var moment: SampleMoment
  /// s, of the steps since the last frame that the memory still has, oldest first.
  var stepTimes: [Float]
  /// Counts of the last step.
  var solved: Int
  var failed: Int
  var died: Int
  var late: Int
  /// By controller; see ``code(of:)``.
  var states: [UInt8]
  /// s, of each controller's last solve.
  var solveTimes: [Float]

  /// The state's own number, or ``late``.
  static func code(of pulse: SlotPulse) -> UInt8 {
    let isAlive = [.idle, .active, .failed].contains(pulse.state)
    return pulse.status == .late && isAlive ? late : UInt8(pulse.state.rawValue)
  }

  private static let late: UInt8 = 6
}
