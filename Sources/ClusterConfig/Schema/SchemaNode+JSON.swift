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

  /// A single form tells null and the environment's variables in its own keywords, so that editors find it in one step; of
  /// several, and of a list of words, each is an alternative.
  private func keywords(isRemovable: Bool) -> [ConfigValue.Entry] {
    let variables = forms.map(\.variables)
    if let only = forms.first, forms.count == 1, let keywords = only.keywordsWithVariables {
      return isRemovable ? keywords.map(Self.orNull) : keywords
    }
    var alternatives = forms.map { ConfigValue.mapping($0.keywords) }
    // `within` includes `alone`.
    if variables.contains(.within) {
      alternatives.append(["$ref": .string(ConfigSchema.variableWithin)])
    } else if variables.contains(.alone) {
      alternatives.append(["$ref": .string(ConfigSchema.variableAlone)])
    }
    if isRemovable { alternatives.append(["type": "null"]) }
    return [.init(key: "anyOf", value: .sequence(alternatives))]
  }

  private static func orNull(_ entry: ConfigValue.Entry) -> ConfigValue.Entry {
    switch (entry.key, entry.value) {
    case ("type", .sequence(let types)): .init(key: "type", value: .sequence(types + ["null"]))
    case ("type", let type): .init(key: "type", value: [type, "null"])
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
