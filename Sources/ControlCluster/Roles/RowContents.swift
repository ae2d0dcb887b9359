/// What a controller's rows hold: what a command that is taken from them is worth.
public enum RowContents: Sendable, Equatable {
  /// What it solved in the last step.
  case solved
  /// What it solved before: it took no part in the last step, or failed or died in it under `on_failure: hold`, or answered too
  /// late.
  case held
  /// The positions that it commanded last, everything else initial: it failed or died under `on_failure: stop`.
  case stopped
  /// The initial values, homing: before the first solve, after a reset or a deactivation, after a failure or a death under
  /// `on_failure: homing`, and after a death in the middle of writing them, whatever `on_failure` says.
  case initial
  /// It was late and has not finished: it may be writing them at this moment. A view in place shows what it finds;
  /// ``ControlClusterClient/copy(_:into:)`` substitutes as `on_failure` says.
  case unfinished
}
