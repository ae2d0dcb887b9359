import ControlCluster

/// All that `ccluster top` shows of a cluster, at one moment.
public struct TopReading: Sendable {
  public var status: ClusterStatus
  /// By their numbers.
  public var controllers: [ControllerReading]
  public var stepTimes: TimingFigures
  /// How long the times go back, in s.
  public var span: Double
  /// Whether that is to the beginning of this observation; otherwise a minute at most.
  public var isTotal: Bool
  /// Whose rows the commands are; `nil` when there are none.
  public var commands: String?
  /// Why the cluster has ended; `nil` while it is there.
  public var end: String?

  /// Solves of all controllers: how many there were, and how many of them the times are of.
  public var solves: (seen: Int, count: Int) {
    controllers.reduce((0, 0)) { ($0.0 + $1.solveTimes.seen, $0.1 + $1.solveTimes.count) }
  }
}

/// A controller's part of it.
public struct ControllerReading: Sendable {
  public var slot: SlotSnapshot
  /// The process that hosts it, by the launch's name for it; `nil` where nobody tells.
  public var process: String?
  /// Where its process ran last.
  public var core: Int?
  public var solveTimes: TimingFigures
  /// How often it was seen to become late.
  public var timesLate = 0
  /// The Euclidean norm of its last command.
  public var commandNorm: Double?

  /// Its number in the whole cluster.
  public var index: Int { slot.number }

  public var isLate: Bool { slot.isLate }

  /// What is told as its state.
  var state: String { isLate ? "late" : "\(slot.state)" }

  /// Whether it takes no part though it should.
  var isOut: Bool { isLate || slot.state == .failed || slot.state == .dead }

  /// That of its state.
  var style: TextStyle { isLate ? .red : slot.state.style }
}
