extension SchemaForm {
  /// The keywords that describe the form.
  var keywords: [ConfigValue.Entry] {
    switch self {
    case .null: [.init(key: "type", value: "null")]
    case .bool: [.init(key: "type", value: "boolean")]
    case .integer(let range) where range.lowerBound == range.upperBound: Self.integers([range.lowerBound]).keywords
    case .integer(let range): [.init(key: "type", value: "integer")] + Self.bounds(range, "minimum", "maximum")
    case .integers(let values): [.init(key: "enum", value: values.schemaValue)]
    case .number(let bound): [.init(key: "type", value: "number")] + Self.minimum(bound)
    case .text(let minLength, let pattern):
      [.init(key: "type", value: ["string", "number", "boolean"])]
        + (minLength > 0 ? [.init(key: "minLength", value: .integer(minLength))] : [])
        + (pattern.map { [.init(key: "pattern", value: .string($0))] } ?? [])
    case .pattern(let pattern):
      [.init(key: "type", value: "string"), .init(key: "pattern", value: .string(pattern))]
    case .duration: Self.pattern(ValueReader.durationPattern).keywords
    case .size: Self.pattern(ValueReader.sizePattern).keywords
    case .expression:
      Self.pattern(SchemaPattern.expression).keywords
        + [.init(key: "maxLength", value: .integer(Expression.maximumLength))]
    case .words(let words): [.init(key: "enum", value: words.schemaValue)]
    case .list(let item, let count):
      [
        .init(key: "type", value: "array"), .init(key: "items", value: item.value(isRemovable: false)),
      ] + Self.bounds(count, "minItems", "maxItems", least: 0)
    case .object(let object): [.init(key: "type", value: "object")] + object.keywords
    case .free: [.init(key: "type", value: "object")]
    }
  }

  /// The keywords of the form and of expressions that stand for it; `nil` when a list of values leaves no room for them.
  var keywordsWithVariables: [ConfigValue.Entry]? {
    if variables == .untold { return keywords }
    if keywords.contains(where: { $0.key == "enum" }) { return nil }
    return variables == .alone ? keywords.flatMap(Self.orVariableAlone) : keywords.map(Self.orVariableWithin)
  }

  /// Bounds are of numbers only, and a pattern is of texts only.
  private static func orVariableAlone(_ entry: ConfigValue.Entry) -> [ConfigValue.Entry] {
    guard entry.key == "type" else { return [entry] }
    return [
      .init(key: "type", value: [entry.value, "string"]),
      .init(key: "pattern", value: .string(SchemaPattern.variableAlone)),
    ]
  }

  private static func orVariableWithin(_ entry: ConfigValue.Entry) -> ConfigValue.Entry {
    guard case ("pattern", .string(let pattern)) = (entry.key, entry.value) else { return entry }
    return .init(key: "pattern", value: .string("\(pattern)|\(SchemaPattern.variable)"))
  }

  /// Bounds that bound something.
  private static func bounds(
    _ range: ClosedRange<Int>, _ lower: String, _ upper: String, least: Int = .min
  ) -> [ConfigValue.Entry] {
    (range.lowerBound > least ? [.init(key: lower, value: .integer(range.lowerBound))] : [])
      + (range.upperBound < .max ? [.init(key: upper, value: .integer(range.upperBound))] : [])
  }

  private static func minimum(_ bound: ValueReader.Bound) -> [ConfigValue.Entry] {
    switch bound {
    case .any: []
    case .notNegative: [.init(key: "minimum", value: 0)]
    case .positive: [.init(key: "exclusiveMinimum", value: 0)]
    }
  }
}
