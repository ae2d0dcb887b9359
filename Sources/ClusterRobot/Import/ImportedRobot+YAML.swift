import ClusterConfig

extension ImportedRobot {
  /// A file with a `robot:` section, which a cluster.yaml extends. Its joints are locked: an experiment must not change their order
  /// by accident.
  /// - Parameter command: what wrote it, for the comment at its top.
  public func yaml(command: String) -> String {
    var lines = [
      "# Written by: \(Self.line(command))",
      "# Import again rather than edit; what shall differ goes into a file that extends this one.",
    ]
    lines += notes.flatMap(Self.comment)
    lines += [
      "robot:", "  name: \(YAMLWriter.scalar(name))", "  version: \(Self.text(version))", "  base: \(base.rawValue)",
    ]
    lines += joints.isEmpty ? ["  joints: !final []"] : ["  joints: !final", "    ["] + rows + ["    ]"]
    lines += ["  contacts: [\(contacts.map(YAMLWriter.scalar).joined(separator: ", "))]"]
    lines += ["  mass: \(Self.number(mass))"]
    let keys = Self.aligned(joints.map { YAMLWriter.key($0.name) + ":" })
    lines +=
      [joints.isEmpty ? "  limits: {}" : "  limits:"] + zip(keys, joints).map { "    \($0)\(Self.flow($1.limits))" }
    lines += [joints.isEmpty ? "  homing: {}" : "  homing:"]
    lines += zip(keys, joints).map { key, joint in
      let note = joint.homingOutside.map {
        "  # the nearest to \(Self.number($0)) inside the limits"
      }
      return "    \(key)\(Self.number(joint.homing))\(note ?? "")"
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static let width = 110

  private var notes: [String] {
    let homing = pose.map { "Homing is the group state '\($0)', and 0 where that names no joint." }
    var notes = [
      "Positions are in rad or m, velocities in rad/s or m/s, efforts in N*m or N. Joints are in kinematic order: from the root "
        + "outwards, depth first. \(homing ?? "No pose was given: homing is 0.")"
    ]
    for (why, text) in [(Omission.mimic, "Not in, for they follow others"), (.passive, "Not in, for they are passive")]
    {
      let names = omitted.filter { $0.why == why }.map(\.name)
      if !names.isEmpty { notes.append("\(text): \(names.joined(separator: ", ")).") }
    }
    return notes
  }

  /// For a comment: names and arguments may hold line breaks, and what YAML has no place for.
  private static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { YAMLWriter.isShown($0) ? $0 : "\u{FFFD}" }))
  }

  /// Lines of words.
  private static func comment(_ text: String) -> [String] {
    var lines = ["#"]
    for word in line(text).split(separator: " ") {
      if lines[lines.count - 1].count + 1 + word.count > width { lines.append("#") }
      lines[lines.count - 1] += " " + word
    }
    return lines
  }

  /// Joints in rows: a new one where a chain begins whose first joint is no child of the last joint's link.
  private var rows: [String] {
    var rows: [String] = []
    var row = ""
    for joint in joints {
      let name = YAMLWriter.scalar(joint.name) + ","
      if !row.isEmpty, joint.beginsChain || 6 + row.count + 1 + name.count > Self.width {
        rows.append(row)
        row = ""
      }
      row += row.isEmpty ? name : " " + name
    }
    return (rows + [row]).map { "      " + $0 }
  }

  private static func aligned(_ keys: [String]) -> [String] {
    let width = keys.map(\.count).max() ?? 0
    return keys.map { $0 + String(repeating: " ", count: width - $0.count + 1) }
  }

  private static func flow(_ limits: ClusterConfig.JointLimits) -> String {
    var entries: [String] = []
    if limits.lower != nil || limits.upper != nil {
      entries.append(
        "position: [\([limits.lower, limits.upper].map { $0.map(number) ?? "null" }.joined(separator: ", "))]")
    }
    if let velocity = limits.velocity { entries.append("velocity: \(number(velocity))") }
    if let effort = limits.effort { entries.append("effort: \(number(effort))") }
    return "{\(entries.joined(separator: ", "))}"
  }

  /// Readers of YAML 1.1 take a number for text when it has an exponent and no point.
  private static func number(_ number: Double) -> String {
    let text = number.shortText
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// In quotes even if it looks like text: versions do not always.
  private static func text(_ text: String) -> String {
    let scalar = YAMLWriter.scalar(text)
    return scalar.hasPrefix("\"") ? scalar : "\"\(scalar)\""
  }
}
