extension JSONValue: CustomStringConvertible {
  /// On one line, without spaces. Numbers have the fewest digits that read back as the same value.
  public var compact: String {
    var text = ""
    write(to: &text, spaced: false)
    return text
  }

  /// For people: a member a line, 2 spaces a level; an array of scalars stays on one line when it fits 100 columns.
  /// No line break at the end.
  public var pretty: String {
    var text = ""
    writePretty(to: &text, indent: 0, column: 0)
    return text
  }

  public var description: String { compact }

  private static let prettyWidth = 100

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func write(to text: inout String, spaced: Bool) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += value.description
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): value.writeJSON(to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += spaced ? ", " : "," }
        element.write(to: &text, spaced: spaced)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += spaced ? ", " : "," }
        member.key.writeJSON(to: &text)
        text += spaced ? ": " : ":"
        member.value.write(to: &text, spaced: spaced)
      }
      text += "}"
    }
  }

  /// - Parameter column: characters that stand before the value on its line.
  private func writePretty(to text: inout String, indent: Int, column: Int) {
    let inner = String(repeating: " ", count: indent + 2)
    switch self {
    case .array(let elements) where !elements.isEmpty:
      if elements.allSatisfy(\.isScalar) {
        var line = ""
        write(to: &line, spaced: true)
        if column + line.utf8.count <= Self.prettyWidth {
          text += line
          return
        }
      }
      text += "["
      for (index, element) in elements.enumerated() {
        text += index > 0 ? ",\n" : "\n"
        text += inner
        element.writePretty(to: &text, indent: indent + 2, column: indent + 2)
      }
      text += "\n" + inner.dropLast(2) + "]"
    case .object(let members) where !members.isEmpty:
      text += "{"
      for (index, member) in members.enumerated() {
        text += index > 0 ? ",\n" : "\n"
        text += inner
        member.key.writeJSON(to: &text)
        text += ": "
        member.value.writePretty(to: &text, indent: indent + 2, column: indent + member.key.utf8.count + 6)
      }
      text += "\n" + inner.dropLast(2) + "}"
    default: write(to: &text, spaced: true)
    }
  }
}

extension String {
  fileprivate func writeJSON(to text: inout String) {
    text += "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
