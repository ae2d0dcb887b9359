/// What moment the rows of a ``ClusterSnapshot`` are of, all together.
public enum SnapshotMoment: Equatable, Sendable {
  /// One step: the simulator's rows are those that the step found, the controllers' those that it left. Which controllers took
  /// no part, died or were late says ``ClusterSnapshot/outcome(of:)``.
  case step(UInt32)
  /// That step did not end in time: the controllers' rows come from it one by one.
  case inFlight(UInt32)
  /// No step began in time after that one: what the simulator's rows were in it is gone, and they may be being written.
  case betweenSteps(after: UInt32)
  /// Steps followed each other faster than their rows could be copied.
  case overtaken
  /// Rows that had answered that step were filled anew before they could be copied: by a reset, or for a death.
  case replaced(UInt32)

  /// The one step that all rows are of.
  public var generation: UInt32? {
    if case .step(let generation) = self { generation } else { nil }
  }
}

/// What moment one row of a ``ClusterSnapshot`` is of.
public enum RowMoment: Equatable, Sendable {
  /// The simulator's, as that step found it.
  case input(UInt32)
  /// The controller's answer to that step: of its solve, or what its failure, death or reset in the step left.
  case answer(UInt32)
  /// The initial values, or what `on_failure` says: written after that step, for a death; 0 before the first step.
  case safe(UInt32)
  /// The simulator's, at a time when it may have been writing it.
  case open
  /// It was being written. Its bytes are no row.
  case torn
}
