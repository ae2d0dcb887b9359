/// A YAML scalar: its text, and whether it stood without quotes.
struct Scalar: Sendable {
  var text: String
  /// Only plain scalars can be numbers, booleans or null.
  var isPlain: Bool

  /// What a scalar is where the schema leaves it open.
  enum Value {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string
    /// Looks like a number and cannot be one; the text says why.
    case refused(String)
  }

  /// The core schema, made strict: booleans are `true` and `false` only, integers decimal or hexadecimal without
  /// leading zeros, no infinities, no NaN.
  var value: Value {
    guard isPlain else { return .string }
    // Most scalars are names, and are told by their first letter.
    if let first = text.utf8.first, first.isLetter, !"tfn".utf8.contains(first) { return .string }
    switch text {
    case "", "~", "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
      return .refused("only finite numbers are possible")
    default: return numericValue ?? .string
    }
  }

  var isNull: Bool {
    if case .null = value { true } else { false }
  }

  private var numericValue: Value? {
    var rest = Substring(text).utf8
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    guard let first = rest.first, first.isDigit || first == UInt8(ascii: ".") else { return nil }
    if rest.starts(with: "0x".utf8) {
      let digits = rest.dropFirst(2)
      guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit) else { return nil }
      let sign = text.hasPrefix("-") ? "-" : ""
      return Int(sign + String(Substring(digits)), radix: 16).map { .integer($0) } ?? Self.doesNotFit
    }
    let whole = rest.prefix(while: \.isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = rest.prefix(0)
    let hasPoint = rest.first == UInt8(ascii: ".")
    if hasPoint {
      fraction = rest.dropFirst().prefix(while: \.isDigit)
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var hasExponent = false
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      var digits = rest.dropFirst()
      if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
      guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { return nil }
      hasExponent = true
      rest = rest.prefix(0)
    }
    guard rest.isEmpty else { return nil }
    if whole.count > 1, whole.first == UInt8(ascii: "0") {
      return .refused("a number does not begin with 0: programs disagree whether it is octal")
    }
    if !hasPoint, !hasExponent { return Int(text).map { .integer($0) } ?? Self.doesNotFit }
    guard let number = Double(text), number.isFinite else { return Self.doesNotFit }
    return .number(number)
  }

  private static let doesNotFit = Value.refused("it does not fit into 64 bits")
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
  var isHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }
}
