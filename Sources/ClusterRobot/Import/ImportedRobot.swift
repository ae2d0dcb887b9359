import ClusterConfig

/// The `robot:` section of a config, taken from a robot's URDF and SRDF.
public struct ImportedRobot: Sendable {
  public struct Joint: Sendable {
    public var name: String
    /// What the URDF gives as 0 is `nil`: nobody filled it in.
    public var limits: ClusterConfig.JointLimits
    /// rad or m, inside the limits.
    public var homing: Double
    /// What the pose asks for, where that is outside the limits and `homing` the nearest value inside.
    public var homingOutside: Double?
    /// Whether a limb begins here: it does not move with the joint before it.
    public var beginsChain: Bool
  }

  /// Why a joint has no column.
  public enum Omission: Sendable {
    case mimic, passive
  }

  public var name: String
  public var version: String
  public var base: ClusterConfig.Robot.Base
  /// The actuated ones, in kinematic order: from the root outwards, depth first, the joints of a link in the order of the URDF.
  public var joints: [Joint]
  /// Names of links.
  public var contacts: [String]
  /// kg; the sum over all links.
  public var mass: Double
  /// The name of the group states that `homing` is from; `nil`: there are none, and it is 0 or the nearest to it.
  public var pose: String?
  /// Joints that move but are not actuated, in kinematic order.
  public var omitted: [(name: String, why: Omission)]
  /// In the order of the files.
  public var warnings: [Diagnostic] = []

  /// Names of group states in the order in which they are looked for when a robot has several.
  public static let usualPoses = ["standing", "half_sitting", "home", "homing", "default"]
}

extension ImportedRobot {
  /// Reads a robot's description.
  ///
  /// The base is `options.base`, or what the SRDF's virtual joint says; or floating when the URDF's root holds the robot by a floating
  /// joint or the pose places a `root_joint` in space; or fixed when the root is called `world`.
  /// - Parameters:
  ///   - urdf: A path, relative to the current directory. Not xacro: that has to be run before.
  ///   - srdf: The same, if there is one.
  /// - Throws: All problems at once: XML that is not well-formed, links and joints that are not one tree, names that the URDF does not
  ///   have, a base that nothing says.
  public init(urdf: String, srdf: String?, options: ImportOptions = ImportOptions()) throws(ConfigError) {
    let collector = DiagnosticCollector()
    // Both are read before either ends it.
    let sources = [urdf, srdf].map { $0.flatMap { Self.read($0, collector) } }
    try collector.throwIfErrors()
    try self.init(urdf: sources[0]!, srdf: sources[1], options: options, collector)
  }

  init(
    urdf: SourceText, srdf: SourceText?, options: ImportOptions,
    _ collector: DiagnosticCollector = DiagnosticCollector()
  ) throws(ConfigError) {
    let robot = try? RobotDescription(urdf: urdf, collector)
    let tree = robot.flatMap { try? KinematicTree($0, collector) }
    let semantics = srdf.flatMap { try? SemanticDescription(srdf: $0, collector) }
    // What only some elements of the SRDF lack need not hide what else there is to tell.
    guard let robot, let tree, (semantics == nil) == (srdf == nil) else {
      try collector.throwIfErrors()
      preconditionFailure("a robot was not read in silence")
    }
    let result = RobotImport(robot: robot, tree: tree, semantics: semantics, options: options, collector: collector)
      .run()
    try collector.throwIfErrors()
    guard var result else { preconditionFailure("an import failed in silence") }
    result.warnings = collector.diagnostics
    self = result
  }

  private static func read(_ path: String, _ collector: DiagnosticCollector) -> SourceText? {
    let path = Path.absolute(path, in: Path.currentDirectory)
    do {
      return try SourceText.read(path, limit: XMLReader.Limits.fileSize).0
    } catch {
      collector.report(error.id, "this file \(error.predicate)", at: .whole(SourceText(file: error.path, bytes: [])))
      return nil
    }
  }
}
