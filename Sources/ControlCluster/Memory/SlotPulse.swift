/// What a slot is asked for at one moment, and how much it has answered.
public struct SlotPulse: Sendable, Equatable {
  /// Of the step that it was asked for last.
  public var generation: UInt32
  public var status: SlotStatus
  public var state: SlotState
  public var incarnation: UInt32
  /// Something beside a step: to be activated, deactivated or reset.
  public var isAskedForMore: Bool
  /// Solves and failures so far.
  public var answers: UInt64

  public init(
    generation: UInt32 = 0, status: SlotStatus = .free, state: SlotState = .active, incarnation: UInt32 = 0,
    isAskedForMore: Bool = false, answers: UInt64 = 0
  ) {
    self.generation = generation
    self.status = status
    self.state = state
    self.incarnation = incarnation
    self.isAskedForMore = isAskedForMore
    self.answers = answers
  }
}
