extension RobotSpec {
  init(_ section: Section) {
    var section = section
    place = section.place
    name = section.read("name", absent: "the cluster's name", doc: "The robot's name.") { $0.nonEmptyString() }
    version = section.read(
      "version", default: "",
      doc: "The version of the robot's description. It changes with joints, contacts, limits, mass and homing."
    ) { $0.string() }
    base = section.read(
      "base", default: .floating, doc: "floating: the root moves freely; fixed: it is bolted to the world."
    ) { $0.choice() }
    joints =
      section.required(
        "joints", "list the names of the robot's joints, in the order of all columns",
        doc: "Names of the actuated joints. Their order is that of columns in every buffer."
      ) {
        $0.fullList("a list of names") { $0.nonEmptyString() }
      }?.value
    contacts =
      section.located(
        "contacts", default: [], doc: "Names of the points that may touch the world, in the order of columns."
      ) {
        $0.fullList("a list of names") { $0.nonEmptyString() }
      }?.value
    mass = section.read("mass", default: 0, doc: "Total mass.", unit: "kg") { $0.number(.notNegative) }
    urdf = section.read(
      "urdf", absent: "none", doc: "Path of the URDF, relative to this file; programs are told of it."
    ) { $0.path() }
    srdf = section.read(
      "srdf", absent: "none", doc: "Path of the SRDF, relative to this file; programs are told of it."
    ) { $0.path() }
    limits = section.named(
      "limits", doc: "Limits of joints by name; what is not given is unlimited.", each: "Limits of this joint.",
      placeholder: "JOINT"
    ).map { name, value in
      LimitSpec(name, value)
    }
    homing = section.named(
      "homing", doc: "Positions of joints by name that are safe to hold; 0 where none is given.",
      each: "Position that is safe to hold, inside the joint's limits.", placeholder: "JOINT", unit: "rad or m"
    ).compactMap { name, value in
      value.number().map { (name, Located($0, value.node.span)) }
    }
    parameters = section.read(
      "parameters", default: .mapping([]), doc: "Your own values about the robot, handed to every program as JSON."
    ) { $0.parameters() }
    section.finish()
  }
}

extension LimitSpec {
  init(_ name: Located<String>, _ reader: ValueReader) {
    var section = Section(reader, at: name.span)
    joint = name
    limits = .init()
    let position = section.read(
      "position", absent: "unlimited", doc: "Lowest and highest position; null is unlimited on that side.",
      unit: "rad or m"
    ) { Self.position($0) }
    if let position {
      (limits.lower, limits.upper) = position.value
      positionSpan = position.span
    }
    limits.velocity = section.read(
      "velocity", absent: "unlimited", doc: "Highest velocity, in both directions.", unit: "rad/s or m/s"
    ) {
      $0.number(.notNegative)
    }
    limits.effort = section.read(
      "effort", absent: "unlimited", doc: "Highest torque or force, in both directions.", unit: "N*m or N"
    ) {
      $0.number(.notNegative)
    }
    section.finish()
  }

  private static func position(_ reader: ValueReader) -> Located<(lower: Double?, upper: Double?)>? {
    // A bound may be null: unlimited on that side.
    let bounds = reader.fullList("a list of two numbers, lower and upper", count: 2...2, suggestsBrackets: false) {
      bound -> Double?? in
      if bound.records([.number(.any), .null]) { return nil }
      return bound.node.isNull ? .some(nil) : bound.number().map { .some($0) }
    }
    guard let bounds else { return nil }
    guard bounds.count == 2 else {
      reader.report(.wrongType, "\(reader.label) must hold two numbers, lower and upper, not \(bounds.count)")
      return nil
    }
    return Located((bounds[0].value, bounds[1].value), reader.node.span)
  }
}
