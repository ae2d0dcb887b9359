extension Rules {
  /// The name becomes part of a shared-memory object's.
  func clusterNameSyntax() {
    guard let name = spec.name else { return }
    let bytes = name.value.utf8
    let isValid =
      (1...64).contains(bytes.count)
      && bytes.allSatisfy { $0.isLetter || $0.isDigit || ".-_".utf8.contains($0) }
    if isValid { return }
    collector.report(
      .nameSyntax, "the cluster's name \(quoted(name.value)) must be 1 to 64 letters, digits, '.', '_' or '-'",
      at: name.span)
  }

  /// Dimensions stand in expressions; buffers and fields become names in generated code.
  func identifiers() {
    func check(_ name: Located<String>, _ kind: String) {
      if ValueReader.isIdentifier(name.value) { return }
      collector.report(
        .nameSyntax, "\(quoted(name.value)) cannot name a \(kind)", at: name.span,
        notes: [.init("use at most 64 letters, digits and '_', and no digit first")])
    }
    for dimension in spec.dimensions { check(dimension.name, "dimension") }
    for buffer in spec.buffers {
      check(buffer.name, "buffer")
      for field in buffer.fields { check(field.name, "field") }
    }
  }

  func uniqueNames() {
    func check(_ names: [Located<String>]?, _ kind: String) {
      var places: [String: Span] = [:]
      for name in names ?? [] {
        guard let first = places[name.value] else {
          places[name.value] = name.span
          continue
        }
        collector.report(
          .duplicateName, "the \(kind) \(quoted(name.value)) is listed twice", at: name.span,
          notes: [.init("the first time is here", at: first)])
      }
    }
    check(spec.robot?.joints, "joint")
    check(spec.robot?.contacts, "contact")
    check(spec.controllers.joints, "joint")
    for wait in spec.waits { check(wait.after, "process") }
    for field in spec.buffers.flatMap(\.fields) {
      if case .names(let names) = field.columns?.value { check(names, "column") }
    }
  }

  /// Limits, homing and the controllers' subset speak of the robot's joints only.
  func knownJoints() {
    guard let robot = spec.robot, let joints = robot.joints?.map(\.value) else { return }
    let known = Set(joints)
    let used = robot.limits.map(\.joint) + robot.homing.map(\.joint) + (spec.controllers.joints ?? [])
    for joint in used where !known.contains(joint.value) {
      collector.report(
        .unknownJoint, "the robot has no joint \(quoted(joint.value))", at: joint.span,
        notes: Suggestion.notes(for: joint.value, among: joints, kind: "joints"))
    }
  }
}
