/// A stretch of a source, which a value came from.
package struct Span: Sendable {
  package let source: SourceText
  /// UTF-8 offsets.
  package let range: Range<Int>

  package init(_ source: SourceText, _ range: Range<Int>) {
    self.source = source
    self.range = range
  }

  /// The source as a whole, for what is missing in it.
  package static func whole(_ source: SourceText) -> Span { Span(source, 0..<0) }
  var isWholeSource: Bool { range == 0..<0 }
}

/// A value and its place.
package struct Located<Value> {
  package var value: Value
  /// For a default, where it would be written.
  package var span: Span
  var isDefault: Bool

  package init(_ value: Value, _ span: Span, isDefault: Bool = false) {
    self.value = value
    self.span = span
    self.isDefault = isDefault
  }
}

extension Located: Sendable where Value: Sendable {}
