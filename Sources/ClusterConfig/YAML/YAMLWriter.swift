/// Writes block mappings with one value a line, and a comment that says where it comes from.
struct YAMLWriter {
  private var lines: [String] = []
  private let showsOrigins: Bool
  /// What the paths of origins are shown relative to.
  private let directory: String
  private var depth = 0

  /// Comments start here where the line leaves room.
  private static let commentColumn = 48

  var text: String { lines.map { $0 + "\n" }.joined() }

  init(showsOrigins: Bool, directory: String) {
    self.showsOrigins = showsOrigins
    self.directory = directory
  }

  /// A mapping; `{}` when the body writes nothing.
  mutating func mapping(_ key: String, _ origin: Node?, _ body: (inout YAMLWriter) -> Void) {
    lines.append(String(repeating: "  ", count: depth) + Self.key(key) + ":")
    let header = lines.count
    depth += 1
    body(&self)
    depth -= 1
    guard lines.count == header else { return }
    lines.removeLast()
    value(key, "{}", origin)
  }

  /// A value that is YAML text already.
  mutating func value(_ key: String, _ yaml: String, _ origin: Node?) {
    var line = String(repeating: "  ", count: depth) + Self.key(key) + ": " + yaml
    if showsOrigins {
      line +=
        String(repeating: " ", count: max(2, Self.commentColumn - line.unicodeScalars.count)) + "# " + place(origin)
    }
    lines.append(line)
  }

  mutating func string(_ key: String, _ value: String, _ origin: Node?) { self.value(key, Self.scalar(value), origin) }

  mutating func parameters(_ key: String, _ value: ConfigValue, _ origin: Node?) {
    guard case .mapping(let entries) = value, !entries.isEmpty else {
      return self.value(key, Self.flow(value), origin)
    }
    mapping(key, origin) { writer in
      for entry in entries { writer.parameters(entry.key, entry.value, origin?[entry.key]) }
    }
  }

  private func place(_ origin: Node?) -> String {
    guard let origin else { return "default" }
    var named: Set<String> = []
    let variables = origin.allVariables.filter { named.insert($0).inserted }.map { ", $\($0)" }.joined()
    let span = origin.span
    if span.source.isOverride { return "--set\(variables)" }
    // A line break in a file's name would end the comment.
    let file = Path.shown(span.source.name, relativeTo: directory).map { $0.isNewline ? "?" : String($0) }.joined()
    return "\(file):\(span.source.lineNumber(at: span.range.lowerBound))\(variables)"
  }

  // MARK: Flow style

  static func flow(_ values: [String]) -> String { "[\(values.joined(separator: ", "))]" }

  static func flow(_ value: ConfigValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .string(let value): scalar(value)
    case .sequence(let values): flow(values.map(flow))
    case .mapping(let entries): "{\(entries.map { "\(key($0.key)): \(flow($0.value))" }.joined(separator: ", "))}"
    }
  }

  /// Text here, and booleans to readers of YAML 1.1, such as Python's.
  private static let otherBooleans: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]

  /// A string value, in quotes where it would otherwise be read as something else.
  static func scalar(_ text: String) -> String {
    // Read back, it shall not be taken for an expression.
    key(text.contains("${") ? text.replacing("${", with: "$${") : text)
  }

  /// A key, in which there are no expressions.
  static func key(_ text: String) -> String {
    let isPlainText =
      text.utf8.first.map { $0.isLetter || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "/") } ?? false
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
        let isShown = !scalar.isControl && scalar != "\u{FEFF}" && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        if isShown {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16)
          result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
      }
    }
    return result + "\""
  }
}
