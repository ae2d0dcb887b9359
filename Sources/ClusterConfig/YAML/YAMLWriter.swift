/// Writes block mappings with one value a line, and a comment that says where it comes from.
package struct YAMLWriter {
  private var lines: [(text: String, comment: String?)] = []
  /// What the paths of origins are shown relative to; `nil` shows none.
  private let directory: String?

  /// Longer lines have their comment behind them, and do not push the others' to the right.
  private static let maximumColumn = 56

  init(_ entries: [ResolvedValue.Entry], originsRelativeTo directory: String?) {
    self.directory = directory
    write(entries, indent: "")
  }

  /// Comments stand below one another.
  var text: String {
    let column = lines.lazy.map { Self.width($0.text) }.filter { $0 <= Self.maximumColumn }.max() ?? 0
    return lines.map { line in
      guard let comment = line.comment else { return line.text + "\n" }
      let room = String(repeating: " ", count: max(0, column - Self.width(line.text)) + 2)
      return "\(line.text)\(room)# \(comment)\n"
    }.joined()
  }

  private mutating func write(_ entries: [ResolvedValue.Entry], indent: String) {
    for entry in entries {
      let key = indent + Self.key(entry.key) + ":"
      switch entry.value {
      case .mapping(let inner):
        lines.append((key, nil))
        write(inner, indent: indent + "  ")
      case .value(let value, let origin):
        lines.append((key + " " + Self.flow(value), directory.map { origin.text(relativeTo: $0) }))
      }
    }
  }

  private static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + $1.displayWidth } }

  // MARK: Flow style

  static func flow(_ value: ConfigValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .string(let value): scalar(value)
    case .sequence(let values): "[\(values.map(flow).joined(separator: ", "))]"
    case .mapping(let entries): "{\(entries.map { "\(key($0.key)): \(flow($0.value))" }.joined(separator: ", "))}"
    }
  }

  /// Text here, and booleans to readers of YAML 1.1, such as Python's.
  private static let otherBooleans: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]

  /// A string value, in quotes where it would otherwise be read as something else.
  package static func scalar(_ text: String) -> String {
    if isSeconds(text) { return text }
    // Read back, it shall not be taken for an expression.
    return key(VariableExpansion.concerns(text) ? text.replacing("${", with: "$${") : text)
  }

  /// `60s` is text to every reader.
  private static func isSeconds(_ text: String) -> Bool {
    guard text.utf8.last == UInt8(ascii: "s"), text.utf8.first?.isDigit == true else { return false }
    switch Scalar(text: String(text.dropLast()), isPlain: true).value {
    case .integer, .number: return true
    default: return false
    }
  }

  /// A key, in which there are no expressions.
  package static func key(_ text: String) -> String {
    let isPlainText =
      (text.utf8.first.map { $0.isLetter || "_/".utf8.contains($0) } ?? false || text.hasPrefix("./")
        || text.hasPrefix("../"))
      && text.utf8.allSatisfy { $0.isLetter || $0.isDigit || "_-./*+^".utf8.contains($0) }
    if isPlainText, !otherBooleans.contains(text.lowercased()), case .string = Scalar(text: text, isPlain: true).value {
      return text
    }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        if isShown(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16)
          result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
      }
    }
    return result + "\""
  }

  /// Whether a line of YAML holds it as it is.
  package static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isControl && scalar != "\u{FEFF}" && scalar.value != 0xFFFE && scalar.value != 0xFFFF
  }
}
