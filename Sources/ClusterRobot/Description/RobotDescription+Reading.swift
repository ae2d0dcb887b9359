import ClusterConfig

extension RobotDescription {
  /// Reads a URDF; problems are reported, and what has one is left out.
  /// - Throws: When there is nothing to go on with.
  init(urdf source: SourceText, _ collector: DiagnosticCollector) throws(Reported) {
    let reader = DescriptionReader(collector: collector)
    let root = try reader.robot(source, "a URDF")
    self.source = source
    name = root["name"]
    links = root.children(named: "link").compactMap { Link($0, reader) }
    joints = root.children(named: "joint").compactMap { Joint($0, reader) }
    links = Self.unique(links, \.name, "link", collector)
    joints = Self.unique(joints, \.name, "joint", collector)
    if links.isEmpty, !collector.hasErrors { collector.report(.kinematicTree, "this robot has no link", at: root.span) }
    // What is missing now was reported, and would be missed again by all that speaks of it.
    if collector.hasErrors { throw Reported() }
  }

  private static func unique<Element>(
    _ elements: [Element], _ name: (Element) -> Located<String>, _ kind: String, _ collector: DiagnosticCollector
  ) -> [Element] {
    var places: [String: Span] = [:]
    return elements.filter { element in
      let name = name(element)
      guard let first = places.updateValue(name.span, forKey: name.value) else { return true }
      collector.report(
        .duplicateName, "there are two \(kind)s \(quoted(name.value))", at: name.span,
        notes: [.init("the first one is here", at: first)])
      return false
    }
  }
}

extension RobotDescription.Link {
  init?(_ element: XMLElement, _ reader: DescriptionReader) {
    var mass = 0.0
    if let inertial = element.first("inertial"), let massElement = reader.required(child: "mass", of: inertial),
      let value = reader.number("value", of: massElement, isRequired: true)
    {
      if value.value < 0 {
        reader.collector.report(
          .outOfRange, "the mass of \(element.label) must not be negative, and is \(value.value.shortText)",
          at: value.span)
      }
      mass = value.value
    }
    guard let name = reader.required("name", of: element) else { return nil }
    self.init(name: name, mass: mass)
  }
}

extension RobotDescription.Joint {
  init?(_ element: XMLElement, _ reader: DescriptionReader) {
    let name = reader.required("name", of: element)
    let type = reader.required("type", of: element)
    let kind = type.flatMap { Kind(rawValue: $0.value) }
    if let type, kind == nil {
      reader.collector.report(
        .jointType, "\(element.label) cannot be of the type \(quoted(type.value))", at: type.span,
        notes: Suggestion.notes(for: type.value, among: Kind.allCases.map(\.rawValue), kind: "types"))
    }
    func link(_ child: String) -> Located<String>? {
      reader.required(child: child, of: element).flatMap { reader.required("link", of: $0) }
    }
    let parent = link("parent")
    let child = link("child")
    let mimic = element.first("mimic")
    let mimicked = mimic.flatMap { reader.required("joint", of: $0) }
    let limits = RobotDescription.Limits(of: element, kind, reader)
    guard let name, let type, let kind, let parent, let child else { return nil }
    self.init(
      name: name, kind: Located(kind, type.span), parent: parent, child: child, mimicked: mimicked, limits: limits)
  }
}

extension RobotDescription.Limits {
  /// `<limit>` has to be there for what turns or slides between two ends. `<safety_controller>` is not looked at: its soft limits
  /// are a controller's, and inside these.
  init(of joint: XMLElement, _ kind: RobotDescription.Joint.Kind?, _ reader: DescriptionReader) {
    let hasEnds = kind == .revolute || kind == .prismatic
    guard let limit = hasEnds ? reader.required(child: "limit", of: joint) : joint.first("limit") else {
      span = joint.span
      return
    }
    span = limit.span
    if hasEnds {
      lower = reader.number("lower", of: limit)
      upper = reader.number("upper", of: limit)
    }
    velocity = reader.number("velocity", of: limit, isRequired: hasEnds)
    effort = reader.number("effort", of: limit, isRequired: hasEnds)
  }
}
