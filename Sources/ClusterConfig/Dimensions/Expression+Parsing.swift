extension Expression {
  /// Longer ones would only serve to exhaust the stack.
  static let maximumLength = 512

  init(parsing text: String) throws(Problem) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.maximumLength else {
      throw Problem(
        id: .expressionSyntax, message: "an expression has at most \(Self.maximumLength) characters",
        range: 0..<bytes.count)
    }
    var parser = Parser(bytes: bytes)
    self = try parser.parse()
  }

  /// sum = product {("+" | "-") product}; product = factor {("*" | "/") factor}; factor = number | name | "(" sum ")"
  private struct Parser {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func parse() throws(Problem) -> Expression {
      let result = try sum()
      if let extra = next {
        if extra == UInt8(ascii: ")") { throw problem("this ')' closes nothing", token) }
        let isOperand = isWordByte(extra) || extra == UInt8(ascii: "(")
        throw problem(
          isOperand
            ? "expected an operator (+ - * /) before this" : "\(quoted(text(token))) is no operator; use + - * /", token
        )
      }
      return result
    }

    private mutating func sum() throws(Problem) -> Expression {
      try chain([.add, .subtract]) { parser throws(Problem) in
        try parser.chain([.multiply, .divide]) { parser throws(Problem) in try parser.factor() }
      }
    }

    private mutating func chain(
      _ operators: [Operator], _ operand: (inout Parser) throws(Problem) -> Expression
    ) throws(Problem) -> Expression {
      var left = try operand(&self)
      while let byte = next, let found = Operator(rawValue: Character(Unicode.Scalar(byte))), operators.contains(found)
      {
        position += 1
        let right = try operand(&self)
        left = Expression(
          kind: .operation(found, left, right), range: left.range.lowerBound..<right.range.upperBound)
      }
      return left
    }

    private mutating func factor() throws(Problem) -> Expression {
      guard let first = next else {
        throw problem(
          "a number or a dimension is missing at the end", bytes.isEmpty ? 0..<0 : bytes.count - 1..<bytes.count)
      }
      let start = position
      if first == UInt8(ascii: "(") {
        position += 1
        depth += 1
        guard depth <= 32 else { throw problem("brackets may not be nested deeper than 32 levels", start..<start + 1) }
        var inner = try sum()
        guard next == UInt8(ascii: ")") else { throw problem("this '(' is never closed", start..<start + 1) }
        position += 1
        depth -= 1
        inner.range = start..<position
        return inner
      }
      let word = token
      guard isWordByte(first) else {
        throw problem(
          first == UInt8(ascii: "-")
            ? "a number or a dimension is missing before this '-'"
            : "expected a number or a dimension, not \(quoted(text(word)))", word)
      }
      position = word.upperBound
      guard first.isDigit || first == UInt8(ascii: ".") else { return Expression(kind: .name(text(word)), range: word) }
      switch Scalar(text: text(word), isPlain: true).value {
      case .integer(let value): return Expression(kind: .number(value), range: word)
      case .refused(let reason): throw problem("\(text(word)): \(reason)", word)
      default: throw problem("extents are whole numbers, and \(quoted(text(word))) is not", word)
      }
    }

    /// The next byte that is not blank.
    private var next: UInt8? {
      mutating get {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 0x0A {
          position += 1
        }
        return position < bytes.count ? bytes[position] : nil
      }
    }

    /// The word, number or sign at the current position.
    private var token: Range<Int> {
      var end = position
      while end < bytes.count, isWordByte(bytes[end]) { end += 1 }
      if end == position {
        end += 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      }
      return position..<end
    }

    /// Points and letters of other alphabets belong to words, so that 1.5 and größe are told as one thing.
    private func isWordByte(_ byte: UInt8) -> Bool {
      byte.isDigit || byte.isLetter || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte >= 0x80
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func problem(_ message: String, _ range: Range<Int>) -> Problem {
      Problem(id: .expressionSyntax, message: message, range: range)
    }
  }
}
