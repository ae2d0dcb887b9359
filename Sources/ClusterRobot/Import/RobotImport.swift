import ClusterConfig

/// Decides what of a description becomes the config's. Problems are reported, each rule by a function of its own.
struct RobotImport {
  let robot: RobotDescription
  let tree: KinematicTree
  let semantics: SemanticDescription?
  let options: ImportOptions
  let collector: DiagnosticCollector

  /// Pinocchio's name for the joint between the world and a robot's root, which poses use whether it is declared or not.
  static let rootJoint = "root_joint"

  var reader: DescriptionReader { DescriptionReader(collector: collector) }

  /// `nil` when there was a problem, which has been reported.
  func run() -> ImportedRobot? {
    let omitted = omittedJoints()
    let actuated = actuatedJoints(without: omitted)
    let name = name()
    let given = givenContacts()
    // Which pose it is also says where the base is: without, there is only noise to come.
    guard let states = try? chosenStates() else { return nil }
    let pose = positions(states)
    let base = base(states: states)
    let contacts = given ?? base.map(endEffectors)
    let chains = tree.chainStarts(of: actuated)
    let joints = actuated.map { joint in
      let limits = limits(of: joint)
      let (homing, outside) = homing(of: joint, pose[joint.name.value], limits)
      return ImportedRobot.Joint(
        name: joint.name.value, limits: limits, homing: homing, homingOutside: outside,
        beginsChain: chains.contains(joint.name.value))
    }
    guard !collector.hasErrors, let name, let base, let contacts else { return nil }
    return ImportedRobot(
      name: name, version: options.version, base: base, joints: joints, contacts: contacts, mass: mass(),
      pose: states.first?.name.value,
      omitted: tree.joints.compactMap { joint in
        omitted[joint.name.value].map { (joint.name.value, $0) }
      })
  }

  private func name() -> String? {
    if let name = options.name ?? robot.name?.value { return name }
    collector.report(
      .missingKey, "this robot has no name", at: .whole(robot.source), notes: [.init("give it one with --name")])
    return nil
  }

  /// The links' decimals, added in binary, without the digits that only come from that: to a microgram.
  private func mass() -> Double {
    let sum = robot.links.reduce(0) { $0 + $1.mass }
    let scale = 1e9
    let rounded = (sum * scale).rounded() / scale
    return rounded.isFinite ? rounded : sum
  }

  // MARK: Joints

  var jointNames: [String] { robot.joints.map(\.name.value) }

  /// Joints that move but not by themselves.
  private func omittedJoints() -> [String: ImportedRobot.Omission] {
    let known = Set(jointNames)
    let virtual = Set(semantics?.virtualJoints.map(\.name.value) ?? [])
    var omitted: [String: ImportedRobot.Omission] = [:]
    for passive in semantics?.passiveJoints ?? [] {
      if known.contains(passive.value) {
        omitted[passive.value] = .passive
      } else if !virtual.contains(passive.value), passive.value != Self.rootJoint {
        reportUnknown(joint: passive)
      }
    }
    for joint in tree.joints {
      guard let mimicked = joint.mimicked else { continue }
      if !known.contains(mimicked.value) { reportUnknown(joint: mimicked) }
      omitted[joint.name.value] = .mimic
    }
    return omitted.filter { name, _ in
      robot.joints.first { $0.name.value == name }.map { $0.kind.value != .fixed } ?? false
    }
  }

  private func actuatedJoints(without omitted: [String: ImportedRobot.Omission]) -> [RobotDescription.Joint] {
    tree.joints.filter { joint in
      if joint.kind.value == .fixed || omitted[joint.name.value] != nil || isBase(joint) { return false }
      if joint.kind.value.isOneDimensional { return true }
      collector.report(
        .jointType,
        "\(quoted(joint.name.value)) is \(joint.kind.value.rawValue): only the base may be, for a column holds one number",
        at: joint.kind.span,
        notes: [
          .init("make it fixed, or revolute and prismatic joints in a row; or name it <passive_joint> in the SRDF")
        ])
      return false
    }
  }

  /// Whether this is how the robot's first link floats in the world.
  func isBase(_ joint: RobotDescription.Joint) -> Bool {
    joint.kind.value == .floating && joint.parent.value == tree.root.name.value
      && tree.joints.count { $0.parent.value == tree.root.name.value } == 1
  }

  func reportUnknown(joint: Located<String>) {
    collector.report(
      .unknownJoint, "the URDF has no joint \(quoted(joint.value))", at: joint.span,
      notes: Suggestion.notes(for: joint.value, among: jointNames, kind: "joints"))
  }

  // MARK: Limits

  private func limits(of joint: RobotDescription.Joint) -> ClusterConfig.JointLimits {
    let given = joint.limits
    var limits = ClusterConfig.JointLimits()
    limits.velocity = filledIn(given.velocity, "velocity", joint)
    limits.effort = filledIn(given.effort, "effort", joint)
    guard joint.kind.value != .continuous else { return limits }
    // What is not given is 0, by the URDF's specification.
    let (lower, upper) = (given.lower?.value ?? 0, given.upper?.value ?? 0)
    if lower == 0, upper == 0 {
      collector.report(
        .placeholderLimit,
        "\(quoted(joint.name.value)) has no room between its limits, which are 0 or missing; its position is imported as unlimited",
        at: given.span, severity: .warning)
      return limits
    }
    if lower > upper {
      collector.report(
        .limitOrder,
        "the lower limit \(lower.shortText) of \(quoted(joint.name.value)) is above the upper one, \(upper.shortText)",
        at: given.lower?.span ?? given.span)
    }
    (limits.lower, limits.upper) = (lower, upper)
    return limits
  }

  /// 0 stands in a URDF where nobody looked the number up, and some write less than 0 for none.
  private func filledIn(_ limit: Located<Double>?, _ quantity: String, _ joint: RobotDescription.Joint) -> Double? {
    guard let limit, limit.value <= 0 else { return limit?.value }
    collector.report(
      .placeholderLimit,
      "the \(quantity) of \(quoted(joint.name.value)) is limited to \(limit.value.shortText); it is imported as unlimited",
      at: limit.span, severity: .warning,
      notes: [.init("look it up in the data sheet, and set it in a file that extends the imported one")])
    return nil
  }
}
