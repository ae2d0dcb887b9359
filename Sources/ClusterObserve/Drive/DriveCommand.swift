/// What somebody at the keys asks of robots: a twist of the base in the robot's own heading, and references that stay as they are
/// when they were not touched.
public struct DriveCommand: Sendable, Equatable {
  /// m/s
  public var forward = 0.0
  /// m/s
  public var left = 0.0
  /// rad/s, to the left: counterclockwise, seen from above.
  public var turn = 0.0
  /// m, of the base above the ground; `nil` leaves it.
  public var height: Double?
  /// The gait's number; `nil` leaves it.
  public var phase: Int?
  /// Whether each contact shall touch, in the field's order; `nil` leaves them.
  public var contacts: [Bool]?

  public init() {}

  public var isMoving: Bool { forward != 0 || left != 0 || turn != 0 }

  /// The same without a twist.
  public var standing: DriveCommand {
    var command = self
    (command.forward, command.left, command.turn) = (0, 0, 0)
    return command
  }
}
