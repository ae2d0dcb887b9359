import ClusterConfig

/// The order of a robot's links and joints: from the root outwards, depth first; the joints of a link are in the order of the file.
struct KinematicTree {
  let root: RobotDescription.Link
  /// In kinematic order.
  let links: [RobotDescription.Link]
  /// In kinematic order.
  let joints: [RobotDescription.Joint]

  /// - Throws: When links and joints are not one tree, which has been reported.
  init(_ robot: RobotDescription, _ collector: DiagnosticCollector) throws(Reported) {
    let links = Dictionary(uniqueKeysWithValues: robot.links.map { ($0.name.value, $0) })
    var toLink: [String: RobotDescription.Joint] = [:]
    var fromLink: [String: [RobotDescription.Joint]] = [:]
    for joint in robot.joints {
      for link in [joint.parent, joint.child] where links[link.value] == nil {
        collector.report(
          .unknownLink, "the robot has no link \(quoted(link.value))", at: link.span,
          notes: Suggestion.notes(for: link.value, among: robot.links.map(\.name.value), kind: "links"))
      }
      if let other = toLink.updateValue(joint, forKey: joint.child.value) {
        collector.report(
          .kinematicTree, "\(quoted(joint.child.value)) is the child of two joints; loops cannot be imported",
          at: joint.child.span, notes: [.init("the other one is \(quoted(other.name.value))", at: other.child.span)])
      }
      fromLink[joint.parent.value, default: []].append(joint)
    }
    if collector.hasErrors { throw Reported() }

    let roots = robot.links.filter { toLink[$0.name.value] == nil }
    guard let root = roots.first else {
      Self.reportLoop(through: robot.joints, toLink, collector)
      throw Reported()
    }
    if roots.count > 1 {
      collector.report(
        .kinematicTree, "this robot is in \(roots.count) pieces: no joint leads to \(quoted(roots[1].name.value))",
        at: roots[1].name.span, notes: [.init("nor to \(quoted(root.name.value))", at: root.name.span)])
      throw Reported()
    }

    var reached = [root]
    var order: [RobotDescription.Joint] = []
    // Not recursive: a chain may be as long as a file.
    var waiting = Array((fromLink[root.name.value] ?? []).reversed())
    while let joint = waiting.popLast() {
      order.append(joint)
      if let link = links[joint.child.value] { reached.append(link) }
      waiting += (fromLink[joint.child.value] ?? []).reversed()
    }
    if order.count < robot.joints.count {
      let found = Set(order.map(\.name.value))
      Self.reportLoop(through: robot.joints.filter { !found.contains($0.name.value) }, toLink, collector)
      throw Reported()
    }
    self.root = root
    self.links = reached
    joints = order
  }

  /// Which of some joints, in kinematic order, do not move with the one before them.
  func chainStarts(of joints: [RobotDescription.Joint]) -> Set<String> {
    // The last of those joints on the way to each link.
    var last: [String: String] = [:]
    let chosen = Set(joints.map(\.name.value))
    var starts: Set<String> = []
    var previous: String?
    for joint in self.joints {
      let name = joint.name.value
      let before = last[joint.parent.value]
      last[joint.child.value] = chosen.contains(name) ? name : before
      guard chosen.contains(name) else { continue }
      if before == nil || before != previous { starts.insert(name) }
      previous = name
    }
    return starts
  }

  /// Each link of these joints has a parent, so that going up from any of them ends in a circle.
  private static func reportLoop(
    through joints: [RobotDescription.Joint], _ toLink: [String: RobotDescription.Joint],
    _ collector: DiagnosticCollector
  ) {
    var seen: Set<String> = []
    var path: [RobotDescription.Joint] = []
    var joint = joints[0]
    while seen.insert(joint.name.value).inserted {
      path.append(joint)
      guard let next = toLink[joint.parent.value] else { return }
      joint = next
    }
    let start = path.firstIndex { $0.name.value == joint.name.value } ?? 0
    let names = path[start...].reversed().prefix(8).map { quoted($0.name.value) }.joined(separator: ", ")
    collector.report(
      .kinematicTree, "the joints \(names) form a circle, which has no root", at: path[start].child.span)
  }
}
