extension ValueReader {
  private var plainValue: Scalar.Value? {
    if case .scalar(let scalar) = node.content { scalar.value } else { nil }
  }

  /// Why a scalar that is no number may have been taken for one.
  private var numberHints: [String] {
    guard case .scalar(let scalar) = node.content else { return [] }
    if case .refused(let reason) = scalar.value { return [reason] }
    if !scalar.isPlain {
      switch Scalar(text: scalar.text, isPlain: true).value {
      case .integer, .number:
        return [
          node.variables.isEmpty
            ? "remove the quotes" : "only an expression that stands alone, without quotes, is read as a number"
        ]
      default: break
      }
    }
    return []
  }

  /// - Parameter schemaOnly: The only values that a rule leaves of the range later, for the schema.
  func integer(_ range: ClosedRange<Int> = .min ... .max, schemaOnly values: [Int] = []) -> Int? {
    if records([values.isEmpty ? .integer(range) : .integers(values)]) { return nil }
    let expected = "a whole number"
    switch plainValue {
    case .integer(let value):
      if range.contains(value) { return value }
      let bounds =
        switch (range.lowerBound, range.upperBound) {
        case (let lower, .max): "at least \(lower)"
        case (.min, let upper): "at most \(upper)"
        case (let lower, let upper): "from \(lower) to \(upper)"
        }
      report(.outOfRange, "\(label) must be \(bounds), not \(value)")
    case .number: wrongType(expected)
    default: wrongType(expected, numberHints)
    }
    return nil
  }

  enum Bound {
    case any, notNegative, positive
  }

  func number(_ bound: Bound = .any) -> Double? {
    if records([.number(bound)]) { return nil }
    let value: Double
    switch plainValue {
    case .integer(let integer): value = Double(integer)
    case .number(let number): value = number
    default:
      wrongType("a number", numberHints)
      return nil
    }
    switch bound {
    case .positive where value <= 0: report(.outOfRange, "\(label) must be more than 0, not \(value.shortText)")
    case .notNegative where value < 0: report(.outOfRange, "\(label) must not be negative, and is \(value.shortText)")
    default: return value
    }
    return nil
  }

  func bool() -> Bool? {
    if records([.bool]) { return nil }
    if case .bool(let value) = plainValue { return value }
    var hints: [String] = []
    if case .scalar(let scalar) = node.content {
      switch scalar.text.lowercased() {
      case "true", "yes", "on", "y", "1": hints = ["write true"]
      case "false", "no", "off", "n", "0": hints = ["write false"]
      default: break
      }
    }
    wrongType("true or false", hints)
    return nil
  }

  /// Seconds. Divisors, so that 100ms is the Double nearest to 0.1.
  private static let units: [(name: String, factor: Double, divisor: Double)] = [
    ("us", 1, 1e6), ("ms", 1, 1e3), ("s", 1, 1), ("min", 60, 1), ("h", 3600, 1),
  ]

  /// A number with a unit, in seconds.
  func duration(_ bound: Bound) -> Double? {
    if records([.duration]) { return nil }
    guard case .scalar(let scalar) = node.content else {
      wrongType("a duration such as 60s")
      return nil
    }
    let text = scalar.text
    let unitStart = text.utf8.lastIndex { $0.isDigit || $0 == UInt8(ascii: ".") }.map { text.utf8.index(after: $0) }
    let (amount, unit) = (text[..<(unitStart ?? text.startIndex)], text[(unitStart ?? text.startIndex)...])
    let value: Double
    switch Scalar(text: String(amount), isPlain: true).value {
    case .integer(let integer): value = Double(integer)
    case .number(let number): value = number
    default:
      report(.duration, "\(label) must be a duration such as 60s, not \(Self.kind(of: node))", notes: Self.unitNotes)
      return nil
    }
    guard let known = Self.units.first(where: { $0.name == unit.drop { $0 == " " } }) else {
      let message = unit.isEmpty ? "\(label) needs a unit: \(amount)s?" : "\(label) has no known unit: \(quoted(text))"
      report(.duration, message, notes: Self.unitNotes)
      return nil
    }
    let seconds = value * known.factor / known.divisor
    guard seconds.isFinite, seconds <= 1e9, seconds > 0 || bound != .positive && seconds == 0 else {
      report(
        .outOfRange,
        "\(label) must be \(bound == .positive ? "more than 0" : "0 or more") and at most 1e9 s, not \(text)")
      return nil
    }
    return seconds
  }

  /// The number as YAML has it, without hexadecimals, which nobody counts seconds in.
  static let durationPattern =
    "^\\+?((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)? *(\(units.map(\.name).joined(separator: "|")))$"

  static let unitNames = units.map(\.name)
  private static let unitNotes = [Suggestion.valid(unitNames, kind: "units")]
}

extension Double {
  /// The shortest text that reads back as this number, without a needless `.0`.
  package var shortText: String {
    if self == rounded(), abs(self) < 1e15 { return self == 0 ? "0" : String(Int64(self)) }
    return description
  }
}
