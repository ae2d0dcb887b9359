extension ValueReader {
  /// Any scalar as its text: a plain `no`, `1.0` or `true` is that text.
  /// - Parameter pattern: What a rule asks of the text later, for the schema.
  func string(schemaOnly pattern: String? = nil) -> String? {
    if records([.text(pattern: pattern)]) { return nil }
    guard case .scalar(let scalar) = node.content, !scalar.isNull else {
      wrongType("text")
      return nil
    }
    if scalar.text.unicodeScalars.contains("\0") {
      report(.wrongType, "\(label) cannot hold a NUL character")
      return nil
    }
    return scalar.text
  }

  /// - Parameter words: The only ones that a rule accepts later, for the schema.
  func string(schemaOnly words: [String]) -> String? {
    if records([.words(words)]) { return nil }
    return string()
  }

  func nonEmptyString() -> String? {
    if records([.text(minLength: 1)]) { return nil }
    guard let text = string() else { return nil }
    if text.isEmpty { report(.wrongType, "\(label) must not be empty") }
    return text.isEmpty ? nil : text
  }

  /// A path, made absolute: relative ones are relative to the file that names them.
  func path() -> String? {
    nonEmptyString().map { Path.absolute($0, in: node.span.source.directory) }
  }

  /// `[A-Za-z_][A-Za-z0-9_]*`, at most 64 long.
  static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, first.isLetter || first == UInt8(ascii: "_"), name.utf8.count <= 64 else {
      return false
    }
    return name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
  }

  /// A whole number, or dimensions and numbers with `+ - * /` and brackets.
  func extent() -> ExtentSpec? {
    if records([.integer(0...Int.max), .expression]) { return nil }
    return ExtentSpec(self)
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type = Choice.self) -> Choice? {
    word(of: Choice.allCases.map(\.rawValue)).flatMap(Choice.init)
  }

  func word(of words: [String]) -> String? {
    if records([.words(words)]) { return nil }
    guard let text = string() else { return nil }
    if words.contains(text) { return text }
    report(.invalidValue, "\(label) cannot be \(quoted(text))", notes: Self.valueNotes(for: text, among: words))
    return nil
  }

  /// A few values are told in full; a suggestion comes on top.
  static func valueNotes(for text: String, among values: [String]) -> [Diagnostic.Note] {
    let near = Suggestion.nearest(to: text, among: values).map { [Diagnostic.Note("did you mean '\($0)'?")] }
    if let near, values.count == 1 { return near }
    return (near ?? []) + [Suggestion.valid(values, kind: "values")]
  }
}
