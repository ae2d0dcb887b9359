import ControlCluster

/// What came of a replay.
public struct ReplayReport: Sendable, Equatable {
  public var recording: String
  /// The recorded cluster's name.
  public var cluster: String
  /// Those that were replayed.
  public var controllers: [Int]
  /// The first and the last step that were compared; `nil` when there was none.
  public var first: ReplayMoment?
  public var last: ReplayMoment?
  /// Steps.
  public var compared = 0
  public var warmedUp = 0
  public var different = 0
  public var tolerance: Tolerance
  /// Elements of rows.
  public var values = 0
  /// Whatever else than a solve came of a solve, in the recording or here: each once for each controller, in order of time.
  public var outcomes: [Outcome] = []
  /// The worst first.
  public var differences: [Difference] = []
  /// What the comparison is worth.
  public var notes: [String] = []
  /// Why it did not come to its end; `nil` when it did.
  public var problem: String?

  public init(recording: String, cluster: String, controllers: [Int], tolerance: Tolerance) {
    self.recording = recording
    self.cluster = cluster
    self.controllers = controllers
    self.tolerance = tolerance
  }

  /// Whether the controllers did what they had done.
  public var isSame: Bool { problem == nil && compared > 0 && differences.isEmpty && outcomes.allSatisfy(\.isSame) }

  /// An outcome that is not `solved` on both sides.
  public struct Outcome: Sendable, Equatable {
    public var controller: Int
    /// The first time.
    public var moment: ReplayMoment
    /// Steps with these outcomes.
    public var steps = 1
    /// `solved`, `failed`, `died`, `late`; `free` is no part in the step.
    public var recorded: String
    public var replayed: String
    /// Why a failed one has failed; empty when that is not known.
    public var recordedMessage = ""
    public var replayedMessage = ""
    /// What was late is compared with nothing: that is the machine's doing.
    public var isSame: Bool { recorded == replayed || recorded == "late" }

    public init(controller: Int, moment: ReplayMoment, recorded: String, replayed: String) {
      self.controller = controller
      self.moment = moment
      self.recorded = recorded
      self.replayed = replayed
    }
  }

  /// One element of one controller's rows, over all steps.
  public struct Difference: Sendable, Equatable {
    public var controller: Int
    /// `rhc_commands.joint_position`
    public var field: String
    /// The element's name, with the indices of further axes: `FL_hip_joint`; empty for a scalar.
    public var element: String
    public var type: ElementType
    public var unit: String
    /// Steps in which it differs, and the first of them.
    public var steps = 1
    public var first: ReplayMoment
    /// Where it differs most, and by how much.
    public var worst: ReplayMoment
    public var value: ValueDifference

    /// `rhc_commands.joint_position[FL_hip_joint]`
    public var name: String { element.isEmpty ? field : "\(field)[\(element)]" }
  }
}
