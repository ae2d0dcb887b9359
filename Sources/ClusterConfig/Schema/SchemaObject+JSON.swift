extension SchemaObject {
  private static let isNull: ConfigValue = ["type": "null"]
  private static let isNotNull = ConfigValue.Entry(key: "not", value: isNull)

  /// The keywords that say what may be inside, but not what must be.
  var keywords: [ConfigValue.Entry] {
    var entries: [ConfigValue.Entry] = []
    if let named {
      if let pattern = named.pattern {
        entries.append(.init(key: "propertyNames", value: ["pattern": .string(pattern)]))
      }
      entries.append(.init(key: "additionalProperties", value: named.value.value(isRemovable: true)))
    } else {
      let values = properties.map { ConfigValue.Entry(key: $0.key, value: $0.value.value(isRemovable: true)) }
      entries.append(.init(key: "properties", value: .mapping(values)))
      entries.append(.init(key: "additionalProperties", value: false))
    }
    // No mapping has two of them; they would need an `allOf`.
    if let group {
      let absent = group.keys.map { ConfigValue.Entry(key: $0, value: Self.isNull) }
      entries += [
        .init(
          key: "if",
          value: [
            "required": [.string(group.alternative)],
            "properties": .mapping([.init(key: group.alternative, value: .mapping([Self.isNotNull]))]),
          ]),
        .init(key: "then", value: ["properties": .mapping(absent)]),
      ]
    }
    return entries
  }

  /// What must be there in a whole config, here and inside; `nil` when nothing must.
  var completeness: ConfigValue? {
    var entries: [ConfigValue.Entry] = []
    let required = properties.filter { self.required.contains($0.key) || $0.value.isSection && $0.value.requires }
      .map(\.key)
    if !required.isEmpty { entries.append(.init(key: "required", value: required.schemaValue)) }
    let inner = properties.compactMap { key, node -> ConfigValue.Entry? in
      var entries = required.contains(key) ? [Self.isNotNull] : []
      if case .mapping(let inside)? = node.completeness { entries += inside }
      return entries.isEmpty ? nil : .init(key: key, value: .mapping(entries))
    }
    if !inner.isEmpty { entries.append(.init(key: "properties", value: .mapping(inner))) }
    if let value = named?.value.completeness { entries.append(.init(key: "additionalProperties", value: value)) }
    if let group {
      let needs = group.keys.filter { !group.required.contains($0) }.map {
        ConfigValue.Entry(key: $0, value: group.required.schemaValue)
      }
      entries.append(.init(key: "dependentRequired", value: .mapping(needs)))
    }
    return entries.isEmpty ? nil : .mapping(entries)
  }
}
