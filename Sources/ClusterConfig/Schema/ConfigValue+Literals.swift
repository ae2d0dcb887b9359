extension ConfigValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
}

extension ConfigValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  public init(arrayLiteral elements: ConfigValue...) { self = .sequence(elements) }
  /// Keeps the order of the literal.
  public init(dictionaryLiteral elements: (String, ConfigValue)...) {
    self = .mapping(elements.map { Entry(key: $0.0, value: $0.1) })
  }
}
