extension SchemaNode {
  /// The kinds of value that it takes: `number > 0`, `time`, `` `all`, `isolated` or [text, …] ``.
  var typeText: String {
    var words: [String] = []
    for word in forms.flatMap(\.words) where !words.contains(word) { words.append(word) }
    return words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + words.last!
  }

  /// The unit of its numbers; a time and a size are written with their own.
  var unitText: String {
    guard unit.isEmpty else { return unit }
    for form in forms {
      if case .duration = form { return ValueReader.unitNames.joined(separator: ", ") }
      if case .size = form { return ValueReader.sizeUnits.joined(separator: ", ") }
    }
    return ""
  }

  /// Whether it is a number or a list of some, which has a unit.
  var isNumeric: Bool {
    forms.contains { form in
      switch form {
      case .integer, .integers, .number, .expression, .duration, .size: true
      case .list(let item, _): item.isNumeric
      default: false
      }
    }
  }
}

extension SchemaForm {
  /// The form in words, for people, each alternative by itself; values that are written as they stand are code.
  fileprivate var words: [String] {
    switch self {
    case .null: ["`null`"]
    case .bool: ["`true`", "`false`"]
    case .integer(let range) where range.lowerBound == range.upperBound: ["`\(range.lowerBound)`"]
    case .integer(let range): ["whole number" + Self.bounds(range)]
    case .integers(let values): values.map { "`\($0)`" }
    case .number(.any): ["number"]
    case .number(.positive): ["number > 0"]
    case .number(.notNegative): ["number ≥ 0"]
    case .text(let minLength, nil): [minLength > 0 ? "text (not empty)" : "text"]
    case .text(_, let pattern?), .pattern(let pattern): ["text like `\(pattern)`"]
    case .expression: ["expression"]
    case .duration: ["time"]
    case .size: ["size"]
    case .words(let words): words.map { $0.isEmpty ? "`\"\"`" : "`\($0)`" }
    case .list(let item, let count): ["[\(item.typeText), …]" + Self.size(count)]
    case .object(let object): [object.named == nil ? "mapping" : "mapping of names"]
    case .free: ["mapping of your own"]
    }
  }

  private static func bounds(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (.min, .max): ""
    case (let lower, .max): " ≥ \(lower)"
    case (.min, let upper): " ≤ \(upper)"
    case (let lower, let upper): " from \(lower) to \(upper)"
    }
  }

  private static func size(_ count: ClosedRange<Int>) -> String {
    switch (count.lowerBound, count.upperBound) {
    case (0, .max): ""
    case (let least, .max): " (at least \(least))"
    case (let least, let most) where least == most: " (exactly \(least))"
    case (0, let most): " (at most \(most))"
    case (let least, let most): " (\(least) to \(most))"
    }
  }
}
