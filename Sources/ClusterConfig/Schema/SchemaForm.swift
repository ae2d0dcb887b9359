/// One form that a value may have: what a `ValueReader` accepts, as data.
enum SchemaForm {
  case null
  case bool
  case integer(ClosedRange<Int>)
  case integers([Int])
  case number(ValueReader.Bound)
  /// Any scalar: a plain `no` or `1.0` where text is wanted is that text. The pattern is of the text in quotes or
  /// that is no number.
  case text(minLength: Int = 0, pattern: String? = nil)
  /// Text that is never a number or a boolean.
  case pattern(String)
  /// Dimensions, numbers and operators.
  case expression
  /// A number with a unit of time.
  case duration
  /// A number with a unit of memory.
  case size
  case words([String])
  case list(SchemaNode, count: ClosedRange<Int>)
  case object(SchemaObject)
  /// A mapping of the user's own names to whatever he likes.
  case free

  /// How a value of this form can come from the environment.
  enum Variables {
    /// Not at all, or the form allows any text anyway.
    case untold
    /// As a single expression, which is then read like the number or the boolean that it stands for.
    case alone
    /// Anywhere in the text.
    case within
  }

  var variables: Variables {
    switch self {
    case .null, .list, .object, .free, .text(_, nil): .untold
    case .bool, .integer, .integers, .number: .alone
    case .text, .pattern, .expression, .duration, .size, .words: .within
    }
  }

  /// Whether two readings of one value say the same, so that it is told once.
  func isSame(as other: SchemaForm) -> Bool {
    switch (self, other) {
    case (.null, .null), (.bool, .bool), (.duration, .duration), (.size, .size), (.expression, .expression),
      (.free, .free):
      true
    case (.integer(let own), .integer(let other)): own == other
    case (.integers(let own), .integers(let other)): own == other
    case (.number(let own), .number(let other)): own == other
    case (.text(let own, let ownPattern), .text(let other, let otherPattern)):
      own == other && ownPattern == otherPattern
    case (.pattern(let own), .pattern(let other)): own == other
    case (.words(let own), .words(let other)): own == other
    default: false
    }
  }
}

/// Patterns that several keys share; ECMA-262, as JSON Schema wants them.
enum SchemaPattern {
  /// `ValueReader.isIdentifier`
  static let identifier = "^[A-Za-z_][A-Za-z0-9_]{0,63}$"
  /// An identifier that is no built-in dimension.
  static let dimension = "^(?!(\(DimensionTable.builtIns.joined(separator: "|")))$)[A-Za-z_][A-Za-z0-9_]{0,63}$"
  /// Numbers, names and the operators between them. No pattern can count brackets; the decoder does.
  static let expression = {
    let operand = "(0|[1-9][0-9]*|0x[0-9A-Fa-f]+|[A-Za-z_][A-Za-z0-9_]*)"
    return "^[ \\t\\n(]*\(operand)[ \\t\\n)]*([-+*/][ \\t\\n(]*\(operand)[ \\t\\n)]*)*$"
  }()

  /// `VariableExpansion`, as a part of a text.
  static let variable = "\\$\\{env:[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}"
  /// As the whole text.
  static let variableAlone = "^\(variable)$"
}
