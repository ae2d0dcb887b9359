extension RobotSpec {
  init(_ section: Section) {
    var section = section
    place = section.place
    name = section.read("name") { $0.nonEmptyString() }
    version = section.read("version", default: "") { $0.string() }
    base = section.read("base", default: .floating) { $0.choice() }
    joints =
      section.required("joints", "list the names of the robot's joints, in the order of all columns") {
        $0.fullList("a list of names") { $0.nonEmptyString() }
      }?.value
    contacts =
      section.located("contacts", default: []) {
        $0.fullList("a list of names") { $0.nonEmptyString() }
      }?.value
    mass = section.read("mass", default: 0) { $0.number(.notNegative) }
    urdf = section.read("urdf") { $0.path() }
    srdf = section.read("srdf") { $0.path() }
    limits = section.named("limits").map { name, value in
      LimitSpec(name, Section(value.node, value.label, at: name.span, value.collector))
    }
    homing = section.named("homing").compactMap { name, value in
      value.number().map { (name, Located($0, value.node.span)) }
    }
    parameters = section.read("parameters", default: .mapping([])) { $0.parameters() }
    section.finish()
  }
}

extension LimitSpec {
  init(_ name: Located<String>, _ section: Section) {
    var section = section
    joint = name
    limits = .init()
    if let entry = section.entry("position") {
      let reader = ValueReader(entry.value, section.path("position"), section.collector)
      positionSpan = entry.value.span
      // A bound may be null: unlimited on that side.
      let bounds = reader.fullList("a list of two numbers, lower and upper", suggestsBrackets: false) {
        bound -> Double?? in
        bound.node.isNull ? .some(nil) : bound.number().map { .some($0) }
      }
      if let bounds {
        if bounds.count == 2 {
          (limits.lower, limits.upper) = (bounds[0].value, bounds[1].value)
        } else {
          reader.report(.wrongType, "\(reader.label) must hold two numbers, lower and upper, not \(bounds.count)")
        }
      }
    }
    limits.velocity = section.read("velocity") { $0.number(.notNegative) }
    limits.effort = section.read("effort") { $0.number(.notNegative) }
    section.finish()
  }
}
