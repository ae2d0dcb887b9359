extension JSONValue {
  /// Why a text is not JSON, and where.
  public struct ParseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Bytes from the start of the text.
    public var offset: Int
    /// From 1.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    public var message: String

    public var description: String { "\(line):\(column): \(message)" }
  }

  /// Reads one JSON text (RFC 8259, nothing more: no comments, no trailing commas, no byte order mark).
  /// - Parameter maximumDepth: arrays and objects inside each other; bounds the stack that a hostile text can use.
  /// - Throws: also for a number beyond the range of a double and for half a surrogate pair. A repeated key is no error.
  public init(parsing text: String, maximumDepth: Int = 128) throws(ParseError) {
    var parser = JSONParser(bytes: Array(text.utf8), depthLeft: maximumDepth)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var depthLeft: Int
  var position = 0

  init(bytes: [UInt8], depthLeft: Int) {
    self.bytes = bytes
    self.depthLeft = depthLeft
  }

  mutating func document() throws(JSONValue.ParseError) -> JSONValue {
    let value = try self.value()
    skipWhitespace()
    guard position == bytes.count else { throw error("there is more behind the end of the value") }
    return value
  }

  private mutating func value() throws(JSONValue.ParseError) -> JSONValue {
    skipWhitespace()
    guard let byte = peek else { throw error("a value is missing at the end of the text") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONValue.ParseError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONValue.ParseError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw error("expected a value")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONValue.ParseError) -> JSONValue
  ) throws(JSONValue.ParseError) -> JSONValue {
    guard depthLeft > 0 else { throw error("arrays and objects are nested too deeply") }
    depthLeft -= 1
    position += 1
    let value = try body(&self)
    depthLeft += 1
    return value
  }

  private mutating func object() throws(JSONValue.ParseError) -> JSONValue {
    var members: [JSONValue.Member] = []
    skipWhitespace()
    if take("}") { return .object(members) }
    while true {
      skipWhitespace()
      guard peek == UInt8(ascii: "\"") else { throw error("expected a key in double quotes") }
      let key = try string()
      skipWhitespace()
      guard take(":") else { throw error("expected ':' behind the key") }
      members.append(JSONValue.Member(key: key, value: try value()))
      skipWhitespace()
      if take("}") { return .object(members) }
      guard take(",") else { throw error("expected ',' or '}'") }
    }
  }

  private mutating func array() throws(JSONValue.ParseError) -> JSONValue {
    var elements: [JSONValue] = []
    skipWhitespace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value())
      skipWhitespace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw error("expected ',' or ']'") }
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONValue.ParseError) -> JSONValue {
    for index in 0..<word.utf8CodeUnitCount {
      guard peek == word.utf8Start[index] else { throw error("expected '\(word)'") }
      position += 1
    }
    return value
  }

  private mutating func number() throws(JSONValue.ParseError) -> JSONValue {
    let start = position
    let isNegative = take("-")
    if !take("0") { try digits() }
    let isZero = position - start == (isNegative ? 2 : 1) && bytes[position - 1] == UInt8(ascii: "0")
    var isWhole = true
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // A whole number beyond 64 bits is still a number; `-0` keeps its sign only as a double.
    if isWhole, !(isNegative && isZero), let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw error("this number is beyond the range of a double", at: start)
    }
    return .number(number)
  }

  private mutating func digits() throws(JSONValue.ParseError) {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw error("expected a digit") }
  }
}

extension JSONParser {
  private mutating func string() throws(JSONValue.ParseError) -> String {
    position += 1
    var text: [UInt8] = []
    var runStart = position
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        text += bytes[runStart..<position]
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[runStart..<position]
        text += try escape()
        runStart = position
      case 0..<0x20:
        throw error("a control character in a string must be escaped")
      default: position += 1
      }
    }
    throw error("this string has no end")
  }

  /// The UTF-8 of the escape sequence that starts here.
  private mutating func escape() throws(JSONValue.ParseError) -> [UInt8] {
    let start = position
    position += 1
    guard let letter = peek else { throw error("this string has no end") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): break
    default: throw error("there is no such escape sequence", at: start)
    }
    var units = [try hexadecimal()]
    if UTF16.isLeadSurrogate(units[0]), peek == UInt8(ascii: "\\"), position + 1 < bytes.count,
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      units.append(try hexadecimal())
    }
    var text: [UInt8] = []
    let isBroken = transcode(
      units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true, into: { text.append($0) })
    guard !isBroken else { throw error("this is half of a surrogate pair", at: start) }
    return text
  }

  private mutating func hexadecimal() throws(JSONValue.ParseError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = peek.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw error("expected four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func error(_ message: String, at offset: Int? = nil) -> JSONValue.ParseError {
    let offset = offset ?? position
    let lines = bytes[..<offset].split(separator: 0x0A, omittingEmptySubsequences: false)
    // Continuation bytes of UTF-8 belong to the scalar before them.
    let column = lines[lines.count - 1].count { $0 & 0xC0 != 0x80 } + 1
    return JSONValue.ParseError(offset: offset, line: lines.count, column: column, message: message)
  }
}
