/// An extent in the config: its expression and its place.
struct ExtentSpec {
  let expression: Expression
  let node: Node

  /// `nil` when it is no expression, which is reported.
  init?(_ reader: ValueReader) {
    node = reader.node
    guard case .scalar(let scalar) = node.content, !scalar.isNull else {
      reader.wrongType("a whole number, a dimension or an expression of them")
      return nil
    }
    if case .integer(let value) = scalar.value, value < 0 {
      reader.report(.negativeExtent, "an extent cannot be negative, and this is \(value)")
      return nil
    }
    do {
      expression = try Expression(parsing: scalar.text)
    } catch {
      reader.collector.report(error.id, error.message, at: Self.span(of: error.range, in: node))
      return nil
    }
  }

  /// The place of a part of the expression.
  func span(of range: Range<Int>) -> Span { Self.span(of: range, in: node) }

  private static func span(of range: Range<Int>, in node: Node) -> Span {
    guard let start = node.textOffset, !range.isEmpty else { return node.span }
    return Span(node.span.source, start + range.lowerBound..<start + range.upperBound)
  }
}
