extension SchemaNode {
  /// The schema of the value.
  /// - Parameter isRemovable: Whether it may be null, as behind every key: that removes it.
  func value(isRemovable: Bool) -> ConfigValue {
    var entries: [ConfigValue.Entry] = []
    if !documentation.isEmpty { entries.append(.init(key: "description", value: .string(documentation))) }
    if !unit.isEmpty { entries.append(.init(key: "x-unit", value: .string(unit))) }
    if let defaultValue { entries.append(.init(key: "default", value: defaultValue)) }
    return .mapping(entries + keywords(isRemovable: isRemovable))
  }

  /// A single form tells null in its own keywords; of several each is an alternative.
  private func keywords(isRemovable: Bool) -> [ConfigValue.Entry] {
    if forms.count == 1 { return isRemovable ? forms[0].keywords.map(Self.orNull) : forms[0].keywords }
    let alternatives = (forms + (isRemovable ? [.null] : [])).map { ConfigValue.mapping($0.keywords) }
    return [.init(key: "anyOf", value: .sequence(alternatives))]
  }

  private static func orNull(_ entry: ConfigValue.Entry) -> ConfigValue.Entry {
    switch (entry.key, entry.value) {
    case ("type", .sequence(let types)): .init(key: "type", value: .sequence(types + ["null"]))
    case ("type", let type): .init(key: "type", value: [type, "null"])
    case ("enum", .sequence(let values)): .init(key: "enum", value: .sequence(values + [.null]))
    default: entry
    }
  }

  /// Whether some key in it must be there.
  var requires: Bool {
    forms.contains { if case .object(let object) = $0 { !object.required.isEmpty } else { false } }
  }

  /// What must be inside it in a whole config; `nil` when nothing must.
  var completeness: ConfigValue? {
    for case .object(let object) in forms { return object.completeness }
    return nil
  }
}
