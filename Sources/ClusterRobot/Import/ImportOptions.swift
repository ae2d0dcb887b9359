import ClusterConfig

/// What a robot's description does not say, or says more than once.
public struct ImportOptions: Sendable {
  /// The robot's; by default the URDF's.
  public var name: String?
  /// Of the resulting file.
  public var version = "1.0.0"
  /// By default what the description says; see `ImportedRobot.init`.
  public var base: ClusterConfig.Robot.Base?
  /// The name of an SRDF's group states to take the homing from; by default the only one, or the first of
  /// `ImportedRobot.usualPoses`.
  public var homing: String?
  /// Names of links with commas between them; by default the SRDF's end effectors when the base is floating.
  public var contacts: String?

  public init() {}
}
