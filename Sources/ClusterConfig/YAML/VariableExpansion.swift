/// A scalar's text with the environment's values in it: `${env:NAME}`, `${env:NAME:-default}` where the variable may be
/// missing or empty, and `$${` for the characters `${` themselves. Nothing else can be computed.
struct VariableExpansion {
  struct Problem {
    var id: Diagnostic.ID
    var message: String
    /// UTF-8 offsets in the text.
    var range: Range<Int>
    var notes: [Diagnostic.Note]
  }

  private(set) var text = ""
  /// In the order of the text.
  private(set) var variables: [String] = []
  private(set) var problems: [Problem] = []
  /// Whether the text is one expression and nothing else.
  private(set) var isOneExpression = false

  private static let escape = Array("$${".utf8)
  private static let opening = Array("${".utf8)
  private static let prefix = Array("env:".utf8)
  private static let defaultMark = Array(":-".utf8)

  /// Whether there is anything to do; most scalars have no such character.
  static func concerns(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "$")) && text.contains("${") }

  init(_ written: String, _ environment: (String) -> String?) {
    let bytes = Array(written.utf8)
    var result: [UInt8] = []
    var position = 0
    // No more problems are shown, and after one the text is of no use.
    while position < bytes.count, problems.count < DiagnosticCollector.capacity {
      let rest = bytes[position...]
      if rest.starts(with: Self.escape) {
        result += Self.opening
        position += Self.escape.count
      } else if rest.starts(with: Self.opening) {
        let end = rest.firstIndex(of: UInt8(ascii: "}")).map { $0 + 1 }
        isOneExpression = position == 0 && end == bytes.count
        result += value(of: rest[..<(end ?? bytes.count)], isClosed: end != nil, environment).utf8
        position = end ?? bytes.count
      } else {
        result.append(bytes[position])
        position += 1
      }
    }
    text = String(decoding: result, as: UTF8.self)
  }

  /// Empty after a problem.
  private mutating func value(
    of expression: ArraySlice<UInt8>, isClosed: Bool, _ environment: (String) -> String?
  ) -> String {
    func syntax(_ message: String, _ notes: [Diagnostic.Note] = []) -> Problem {
      let literal = Diagnostic.Note("to have the characters '${' themselves, write '$${'")
      return Problem(id: .variableSyntax, message: message, range: expression.indices, notes: notes + [literal])
    }
    let inside = expression.dropFirst(2).dropLast(isClosed ? 1 : 0)
    guard isClosed else {
      problems.append(syntax("the '${' that begins here is never closed"))
      return ""
    }
    let isVariable = inside.starts(with: Self.prefix)
    let body = isVariable ? inside.dropFirst(Self.prefix.count) : inside
    let nameEnd = body.firstIndex { !$0.isLetter && !$0.isDigit && $0 != UInt8(ascii: "_") } ?? body.endIndex
    let (name, rest) = (String(decoding: body[..<nameEnd], as: UTF8.self), body[nameEnd...])
    let hasDefault = rest.starts(with: Self.defaultMark)
    guard isVariable, body.first.map({ !$0.isDigit }) ?? false, !name.isEmpty, rest.isEmpty || hasDefault else {
      let isMeant = !isVariable && !name.isEmpty && (rest.isEmpty || hasDefault)
      problems.append(
        syntax(
          "\(quoted(String(decoding: expression, as: UTF8.self))) is neither ${env:NAME} nor ${env:NAME:-default}",
          isMeant ? [.init("to read the environment variable, write '${env:\(name)}'")] : []))
      return ""
    }
    variables.append(name)
    let value = environment(name)
    if hasDefault {
      if let value, !value.isEmpty { return value }
      return String(decoding: rest.dropFirst(Self.defaultMark.count), as: UTF8.self)
    }
    if let value { return value }
    problems.append(
      Problem(
        id: .undefinedVariable, message: "the environment variable \(quoted(name)) is not set",
        range: expression.indices,
        notes: [.init("set it, or write '${env:\(name):-…}' with the value to use without it")]))
    return ""
  }
}
