/// A stretch of a source, which a value came from.
struct Span: Sendable {
  let source: SourceText
  /// UTF-8 offsets.
  let range: Range<Int>

  init(_ source: SourceText, _ range: Range<Int>) {
    self.source = source
    self.range = range
  }

  /// The source as a whole, for what is missing in it.
  static func whole(_ source: SourceText) -> Span { Span(source, 0..<0) }
  var isWholeSource: Bool { range == 0..<0 }
}

/// A value and its place.
struct Located<Value> {
  var value: Value
  /// For a default, where it would be written.
  var span: Span
  var isDefault: Bool

  init(_ value: Value, _ span: Span, isDefault: Bool = false) {
    self.value = value
    self.span = span
    self.isDefault = isDefault
  }
}

extension Located: Sendable where Value: Sendable {}
