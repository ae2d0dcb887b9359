import BuiltInPrograms

extension ValueReader {
  /// A mapping of the user's own values. Those of a built-in program are checked by its declarations, so that a slip is not
  /// found only when the program starts.
  /// - Parameters:
  ///   - program: `nil` when it could not be read.
  ///   - joints: The robot's; `nil` when they could not be read.
  func parameters(of program: ClusterConfig.Program?, joints: [String]?) -> ConfigValue? {
    guard let value = parameters() else { return nil }
    if case .builtIn(let name)? = program, let program = BuiltInProgram(rawValue: name) {
      _ = check(program.parameters, joints: joints)
    }
    return value
  }

  private func check(_ parameters: [Parameter], joints: [String]?) -> Bool {
    // What was removed does not reach the program, and may have been another one's.
    var left = node
    if case .mapping(let entries) = node.content { left.content = .mapping(entries.filter { !$0.value.isNull }) }
    var section = Section(ValueReader(left, label, collector, schema: schema), at: node.span)
    section.read(parameters, joints: joints)
    section.finish()
    return true
  }

  /// Reads a value as the program will.
  fileprivate func check(_ parameter: Parameter, joints: [String]?) -> Bool? {
    switch parameter.kind {
    case .number(let bound): number(.init(bound)).map { _ in true }
    case .count: integer(0...Int.max).map { _ in true }
    case .choice(let words): word(of: words).map { _ in true }
    case .perJoint: perJoint(parameter.unit, joints: joints)
    case .section(let parameters): check(parameters, joints: joints)
    }
  }

  /// One positive number for all joints, or a mapping from some of them to theirs.
  fileprivate func perJoint(_ unit: String, joints: [String]?) -> Bool? {
    guard case .mapping(let entries) = node.content else { return number(.positive).map { _ in true } }
    if let schema {
      let each = SchemaNode("Of this joint.", unit: unit)
      each.record { $0.number(.positive) }
      let object = SchemaObject()
      object.setNamed(each, placeholder: "JOINT", pattern: nil)
      schema.add(.object(object))
    }
    let known = joints.map(Set.init)
    for entry in entries where !entry.value.isNull {
      _ = ValueReader(entry.value, "\(label).\(entry.key)", collector).number(.positive)
      guard let joints, known?.contains(entry.key) == false else { continue }
      collector.report(
        .unknownJoint, "the robot has no joint \(quoted(entry.key))", at: entry.keySpan,
        notes: Suggestion.notes(for: entry.key, among: joints, kind: "joints"))
    }
    return true
  }
}

extension Section {
  /// Reads what a built-in program declares.
  fileprivate mutating func read(_ parameters: [Parameter], joints: [String]?) {
    for parameter in parameters {
      let (key, doc, unit) = (parameter.key, parameter.meaning, parameter.unit)
      let check: (ValueReader) -> Bool? = { $0.check(parameter, joints: joints) }
      switch parameter.absence {
      case .required: _ = required(key, "the program needs it", doc: doc, unit: unit, check)
      case .value(let number): _ = read(key, absent: "`\(number.shortText)`", doc: doc, unit: unit, check)
      case .meaning(let words): _ = read(key, absent: words, doc: doc, unit: unit, check)
      }
    }
  }
}

extension ValueReader.Bound {
  fileprivate init(_ bound: Parameter.Bound) {
    switch bound {
    case .positive: self = .positive
    case .notNegative: self = .notNegative
    case .any: self = .any
    }
  }
}

extension ConfigSchema {
  /// What the `parameters` of a built-in program may hold, as keys of `controllers` or `simulator`.
  public static func parameters(of program: BuiltInProgram) -> [ConfigKey] {
    let object = SchemaObject()
    var section = Section(nil, "", at: SchemaNode.place, DiagnosticCollector(), schema: object)
    section.read(program.parameters, joints: nil)
    return keys(of: object, [program == .stub ? "simulator" : "controllers", "parameters"])
  }
}
