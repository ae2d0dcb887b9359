import ClusterConfig

extension RobotImport {
  /// The group states of one name: an arm's and a hand's may together be a robot's `home`. Empty when there are none.
  func chosenStates() throws(Reported) -> [SemanticDescription.GroupState] {
    let states = semantics?.groupStates ?? []
    var seen: Set<String> = []
    let names = states.map(\.name.value).filter { seen.insert($0).inserted }
    func named(_ name: String) -> [SemanticDescription.GroupState] { states.filter { $0.name.value == name } }

    if let wanted = options.homing {
      if names.contains(wanted) { return named(wanted) }
      let source = SourceText(override: wanted, option: "--homing")
      let none =
        semantics == nil ? "without an SRDF there are no group states" : "the SRDF has no group state \(quoted(wanted))"
      collector.report(
        .unknownPose, none, at: Span(source, 0..<max(wanted.utf8.count, 1)),
        notes: semantics == nil
          ? [.init("give it with --srdf")] : Suggestion.notes(for: wanted, among: names, kind: "group states"))
      throw Reported()
    }
    if names.count < 2 { return names.first.map(named) ?? [] }
    if let usual = ImportedRobot.usualPoses.first(where: names.contains) { return named(usual) }
    collector.report(
      .unknownPose, "the SRDF has \(names.count) group states, and none of the usual names; choose one with --homing",
      at: states[0].name.span, notes: [Suggestion.valid(names, kind: "group states")])
    throw Reported()
  }

  /// Positions by joint. Joints that follow others, or are fixed here, may be in a pose and are no columns.
  func positions(_ states: [SemanticDescription.GroupState]) -> [String: Located<Double>] {
    let joints = Dictionary(uniqueKeysWithValues: robot.joints.map { ($0.name.value, $0) })
    let virtual = Set(semantics?.virtualJoints.map(\.name.value) ?? [])
    var positions: [String: Located<Double>] = [:]
    for (name, value) in states.flatMap(\.joints) {
      guard let joint = joints[name.value] else {
        if !virtual.contains(name.value), name.value != Self.rootJoint { reportUnknown(joint: name) }
        continue
      }
      guard joint.kind.value.isOneDimensional,
        let number = reader.number(value, "the position of \(quoted(name.value))")
      else { continue }
      let position = Located(number, value.span)
      if let other = positions.updateValue(position, forKey: name.value), other.value != position.value {
        collector.report(
          .duplicateName, "this pose has two positions for \(quoted(name.value))", at: value.span,
          notes: [.init("the other one is here", at: other.span)])
      }
    }
    return positions
  }

  /// The pose's position, or 0; where that is outside the limits, the nearest one inside, which is told.
  func homing(
    of joint: RobotDescription.Joint, _ position: Located<Double>?, _ limits: ClusterConfig.JointLimits
  ) -> (position: Double, outside: Double?) {
    let wanted = position?.value ?? 0
    let lower = limits.lower ?? -.infinity
    let upper = limits.upper ?? .infinity
    guard lower <= upper, !(lower...upper).contains(wanted) else { return (wanted, nil) }
    let nearest = wanted < lower ? lower : upper
    let limitNote = Diagnostic.Note("the limits are here", at: joint.limits.span)
    let name = quoted(joint.name.value)
    if let position {
      collector.report(
        .homingOutsideLimits,
        "the homing \(wanted.shortText) of \(name) is outside its limits; \(nearest.shortText) is taken",
        at: position.span, severity: .warning, notes: [limitNote])
    } else {
      collector.report(
        .homingOutsideLimits,
        "no pose names \(name), and 0 is outside its limits; \(nearest.shortText) is taken as homing",
        at: joint.limits.span, severity: .warning,
        notes: [.init("set robot.homing.\(joint.name.value) in a file that extends the imported one")])
    }
    return (nearest, wanted)
  }
}
