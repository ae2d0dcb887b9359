extension ValueReader {
  /// Elements that cannot be read are reported and left out; `nil` when this is no list.
  /// - Parameter count: What the caller, or a rule later, asks of the number of elements, for the schema.
  func list<Element>(
    _ expected: String, count: ClosedRange<Int> = 0...Int.max, suggestsBrackets: Bool = true,
    _ element: (ValueReader) -> Element?
  ) -> [Located<Element>]? {
    guard case .sequence(let items) = node.content else {
      let isScalar = if case .scalar(let scalar) = node.content { !scalar.text.isEmpty } else { false }
      wrongType(expected, isScalar && suggestsBrackets ? ["write it in brackets: [\(Self.text(of: node))]"] : [])
      return nil
    }
    if let schema {
      let item = SchemaNode("")
      item.record(element)
      schema.add(.list(item, count: count))
      return nil
    }
    return items.enumerated().compactMap { index, item in
      element(ValueReader(item, "\(label)[\(index)]", collector)).map { Located($0, item.span) }
    }
  }

  /// Like `list`, and `nil` unless every element can be read.
  func fullList<Element>(
    _ expected: String, count: ClosedRange<Int> = 0...Int.max, suggestsBrackets: Bool = true,
    _ element: (ValueReader) -> Element?
  ) -> [Located<Element>]? {
    guard let values = list(expected, count: count, suggestsBrackets: suggestsBrackets, element),
      case .sequence(let items) = node.content
    else { return nil }
    return values.count == items.count ? values : nil
  }

  func stringOrStrings(
    _ expected: String, count: ClosedRange<Int> = 0...Int.max,
    _ read: (ValueReader) -> String? = { $0.nonEmptyString() }
  ) -> [Located<String>]? {
    if case .scalar(let scalar) = node.content, !scalar.isNull {
      return read(self).map { [Located($0, node.span)] }
    }
    return fullList(expected, count: count, read)
  }

  /// A value for the user's own programs, as it stands.
  func configValue() -> ConfigValue? {
    switch node.content {
    case .sequence(let items):
      let values = items.enumerated().compactMap { ValueReader($1, "\(label)[\($0)]", collector).configValue() }
      return values.count == items.count ? .sequence(values) : nil
    case .mapping(let entries):
      var isComplete = true
      var values: [ConfigValue.Entry] = []
      for entry in entries where !entry.value.isNull {
        guard let value = ValueReader(entry.value, "\(label).\(entry.key)", collector).configValue() else {
          isComplete = false
          continue
        }
        values.append(.init(key: entry.key, value: value))
      }
      return isComplete ? .mapping(values) : nil
    case .scalar(let scalar):
      switch scalar.value {
      case .null: return .null
      case .bool(let value): return .bool(value)
      case .integer(let value): return .integer(value)
      case .number(let value): return .number(value)
      case .string: return .string(scalar.text)
      case .refused(let reason):
        report(
          .wrongType, "\(label) looks like a number and cannot be one: \(reason)",
          notes: [.init("if it is text, put it in quotes")])
        return nil
      }
    }
  }

  func parameters() -> ConfigValue? {
    if records([.free]) { return nil }
    guard case .mapping = node.content else {
      wrongType("a mapping of your own names to values")
      return nil
    }
    return configValue()
  }

  private static func text(of node: Node) -> String {
    if case .scalar(let scalar) = node.content { String(scalar.text.prefix(40)) } else { "" }
  }
}
