import ClusterConfig

extension RobotImport {
  /// Whether the root moves freely.
  func base(states: [SemanticDescription.GroupState]) -> ClusterConfig.Robot.Base? {
    let links = Set(robot.links.map(\.name.value))
    let virtualJoints = semantics?.virtualJoints ?? []
    for joint in virtualJoints where !links.contains(joint.childLink.value) { reportUnknown(link: joint.childLink) }
    if let base = options.base { return base }
    if let joint = virtualJoints.first(where: { $0.childLink.value == tree.root.name.value }) ?? virtualJoints.first {
      if let base = ClusterConfig.Robot.Base(rawValue: joint.type.value) { return base }
      collector.report(
        .unknownBase, "the base is \(quoted(joint.type.value)), and a config's is floating or fixed",
        at: joint.type.span,
        notes: [.init("say which is nearer with --base floating or --base fixed")])
      return nil
    }
    let placesRoot = states.contains { state in
      state.joints.contains {
        $0.name.value == Self.rootJoint && $0.value.value.split(whereSeparator: \.isWhitespace).count == 7
      }
    }
    if placesRoot || baseJoint != nil { return .floating }
    if tree.root.name.value == "world" { return .fixed }
    collector.report(
      .unknownBase, "nothing says whether \(quoted(tree.root.name.value)), the root, moves freely",
      at: tree.root.name.span,
      notes: [.init("say it with --base floating or --base fixed; an SRDF says it with <virtual_joint>")])
    return nil
  }

  /// Links that may touch the world: a robot that floats stands on its end effectors; one that is fixed holds things with them.
  func endEffectors(_ base: ClusterConfig.Robot.Base) -> [String] {
    guard base == .floating else { return [] }
    let ends = semantics?.endEffectorLinks ?? []
    let order = tree.links.map(\.name.value)
    let known = Set(order)
    for end in ends where !known.contains(end.value) { reportUnknown(link: end) }
    // SRDFs list them in any order, and one for each of its grippers' groups.
    let names = Set(ends.map(\.value))
    return order.filter(names.contains)
  }

  /// The contacts that were named, if any were; in that order.
  func givenContacts() -> [String]? {
    guard let text = options.contacts else { return nil }
    let links = Set(tree.links.map(\.name.value))
    let source = SourceText(override: text, option: "--contacts")
    var names: [String] = []
    var offset = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) where !text.isEmpty {
      let name = String(part)
      // Of a name that is missing, the comma beside it.
      let end = min(offset + max(name.utf8.count, 1), source.bytes.count)
      let place = Located(name, Span(source, min(offset, end - 1)..<end))
      offset += name.utf8.count + 1
      if names.contains(name) {
        collector.report(.duplicateName, "the contact \(quoted(name)) is listed twice", at: place.span)
      } else if !links.contains(name) {
        reportUnknown(link: place)
      }
      names.append(name)
    }
    return names
  }

  private func reportUnknown(link: Located<String>) {
    collector.report(
      .unknownLink, "the URDF has no link \(quoted(link.value))", at: link.span,
      notes: Suggestion.notes(for: link.value, among: tree.links.map(\.name.value), kind: "links"))
  }
}
