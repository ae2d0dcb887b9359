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
    let mass = mass()
    guard !collector.hasErrors, let name, let base, let contacts else { return nil }
    return ImportedRobot(
      name: name, version: options.version, base: base, joints: joints, contacts: contacts, mass: mass,
      pose: states.first?.name.value,
      omitted: tree.joints.compactMap { joint in
        omitted[joint.name.value].map { (joint.name.value, $0) }
      })
  }

  private func name() -> String? {
    if let name = options.name ?? robot.name?.value, !name.isEmpty { return name }
    collector.report(
      .missingKey, "this robot has no name", at: .whole(robot.source), notes: [.init("give it one with --name")])
    return nil
  }

  /// The links' decimals, added in binary, without the digits that only come from that: to a microgram.
  private func mass() -> Double {
    let sum = robot.links.reduce(0) { $0 + $1.mass }
    if !sum.isFinite, let heaviest = robot.links.max(by: { $0.mass < $1.mass }) {
      collector.report(
        .outOfRange, "the masses of all links together are no finite number; this one has the largest",
        at: heaviest.name.span)
    }
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
    let passive = semantics?.passiveJoints ?? []
    for joint in passive where !known.contains(joint.value) && !virtual.contains(joint.value) {
      if joint.value != Self.rootJoint { reportUnknown(joint: joint) }
    }
    let passiveNames = Set(passive.map(\.value))
    var omitted: [String: ImportedRobot.Omission] = [:]
    for joint in tree.joints {
      if let mimicked = joint.mimicked, !known.contains(mimicked.value) { reportUnknown(joint: mimicked) }
      if joint.kind.value == .fixed { continue }
      if joint.mimicked != nil {
        omitted[joint.name.value] = .mimic
      } else if passiveNames.contains(joint.name.value) {
        omitted[joint.name.value] = .passive
      }
    }
    return omitted
  }

  private func actuatedJoints(without omitted: [String: ImportedRobot.Omission]) -> [RobotDescription.Joint] {
    let base = baseJoint?.name.value
    return tree.joints.filter { joint in
      let name = joint.name.value
      if joint.kind.value == .fixed || omitted[name] != nil || name == base { return false }
      if joint.kind.value.isOneDimensional { return true }
      collector.report(
        .jointType,
        "\(quoted(name)) is \(joint.kind.value.rawValue): only the base may be, for a column holds one number",
        at: joint.kind.span,
        notes: [
          .init("make it fixed, or revolute and prismatic joints in a row; or name it <passive_joint> in the SRDF")
        ])
      return false
    }
  }

  /// The only joint on the root, when it is how all the rest floats in the world.
  var baseJoint: RobotDescription.Joint? {
    let first = tree.joints.filter { $0.parent.value == tree.root.name.value }
    return first.count == 1 && first[0].kind.value == .floating ? first[0] : nil
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
