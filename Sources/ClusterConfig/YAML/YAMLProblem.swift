/// A syntax error in plain words. libyaml speaks of tokens and simple keys; a person sees indentation and colons.
struct YAMLProblem {
  var message: String
  var range: Range<Int>
  var notes: [Diagnostic.Note] = []

  init(_ problem: String, context: String?, at place: Int, opening: Int?, in source: SourceText) {
    let bytes = source.bytes
    let place = min(place, bytes.count)
    range = place..<Self.nextScalar(after: place, in: bytes)
    let character = place < bytes.count ? String(decoding: bytes[range], as: UTF8.self) : ""
    let openingSpan = opening.map { Span(source, $0..<Self.nextScalar(after: $0, in: bytes)) }

    let isExpression = character == "{" && place > 0 && bytes[place - 1] == UInt8(ascii: "$")

    func note(_ message: String) { if let openingSpan { notes.append(.init(message, at: openingSpan)) } }
    // Where the file ends, the place that was opened says more than the end.
    func pointAtOpening() { if let openingSpan { range = openingSpan.range } }

    switch (problem, context ?? "") {
    case (_, _) where character == "\t" && problem.contains("cannot start any token"),
      (_, _) where problem.contains("tab character"):
      message = "YAML does not allow tabs here; indent with spaces"
    case ("found character that cannot start any token", _):
      message = "a value cannot begin with '\(character)'; put it in quotes"
    case ("mapping values are not allowed in this context", _):
      message = "a ':' cannot stand here; check the indentation of this line, or put the text in quotes"
    case ("could not find expected ':'", _):
      message = "a key must be followed by ':'; check this line and its indentation"
      pointAtOpening()
    case ("did not find expected key", "while parsing a block mapping"):
      message = "this does not fit into the mapping around it; check the indentation"
      note("the mapping begins here")
    case ("did not find expected '-' indicator", _):
      message = "this does not fit into the list around it; begin it with '- ' or check the indentation"
      note("the list begins here")
    case ("did not find expected ',' or ']'", _) where isExpression,
      ("did not find expected ',' or '}'", _) where isExpression:
      message = "inside [ ] and { } an expression needs quotes, and is then text; for a number, use a line of its own"
      range = place - 1..<place + 1
    case ("did not find expected ',' or ']'", _):
      message = character.isEmpty ? "the list that begins here is not closed" : "expected ',' or ']' in this list"
      if character.isEmpty { pointAtOpening() } else { note("the list begins here") }
    case ("did not find expected ',' or '}'", _):
      message = character.isEmpty ? "the mapping that begins here is not closed" : "expected ',' or '}' in this mapping"
      if character.isEmpty { pointAtOpening() } else { note("the mapping begins here") }
    case ("found unexpected end of stream", "while scanning a quoted scalar"),
      ("found unexpected document indicator", "while scanning a quoted scalar"):
      message = "the quote that begins here is never closed"
      pointAtOpening()
    case ("control characters are not allowed", _):
      message = "a control character cannot stand in YAML; delete it"
    case ("found unknown escape character", _):
      message = "this '\\' escape is not one of YAML's; use single quotes to keep backslashes as they are"
    case ("did not find expected node content", _):
      message = character.isEmpty ? "a value is missing at the end of the file" : "a value is missing before this"
    case ("mapping keys are not allowed in this context", _):
      message = "a key cannot begin here; check the indentation, or put the text in quotes"
    case ("block sequence entries are not allowed in this context", _):
      message = "a list cannot begin here; put its first '-' on a line of its own"
    case ("did not find expected <document start>", _):
      message = "the document has ended, and this cannot follow it; check the indentation"
    case (_, "while scanning a directive"), (_, "while scanning a %YAML directive"),
      ("found unknown directive name", _):
      message = "a line cannot begin with '%'; put the text in quotes"
      pointAtOpening()
    default:
      message = "this is not valid YAML: \(problem)"
      note("it began here")
    }
    if range.isEmpty, range.lowerBound > 0, range.lowerBound == bytes.count {
      // The end of the file has no line of its own; show the last one that does.
      let last = bytes.lastIndex { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") } ?? 0
      range = last..<Self.nextScalar(after: last, in: bytes)
    }
  }

  private static func nextScalar(after place: Int, in bytes: [UInt8]) -> Int {
    guard place < bytes.count else { return place }
    var end = place + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }
}
