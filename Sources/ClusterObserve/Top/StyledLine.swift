/// A line of a screen: pieces of text, each with its styles. It holds no control characters.
public struct StyledLine: Sendable, Equatable {
  public struct Span: Sendable, Equatable {
    public var text: String
    public var styles: [TextStyle]
  }

  public private(set) var spans: [Span] = []
  /// Columns that it takes.
  public private(set) var width = 0

  public init(_ text: String = "", _ styles: TextStyle...) { add(text, styles) }

  public var text: String { spans.map(\.text).joined() }

  mutating func add(_ text: String, _ styles: [TextStyle]) {
    guard !text.isEmpty else { return }
    let text = TextWidth.printable(text)
    spans.append(Span(text: text, styles: styles))
    width += TextWidth.columns(text)
  }

  mutating func add(_ text: String, _ styles: TextStyle...) { add(text, styles) }

  /// Spaces up to a column.
  mutating func pad(to column: Int) {
    if column > width { add(String(repeating: " ", count: column - width)) }
  }

  /// The line within a number of columns; where it is longer, an ellipsis says so.
  func cut(to limit: Int) -> StyledLine {
    guard width > limit else { return self }
    guard limit > 0 else { return StyledLine() }
    var line = StyledLine()
    for span in spans {
      var piece = ""
      var room = limit - 1 - line.width
      for character in span.text {
        room -= TextWidth.columns(character)
        if room < 0 {
          line.add(piece + "…", span.styles)
          return line
        }
        piece.append(character)
      }
      line.add(piece, span.styles)
    }
    return line
  }

  /// With a style over all of it.
  func styled(_ style: TextStyle) -> StyledLine {
    var line = self
    for index in line.spans.indices { line.spans[index].styles.append(style) }
    return line
  }

  /// Without spaces at its end.
  func trimmed() -> StyledLine {
    var line = self
    while let last = line.spans.last {
      let text = last.text.trimmingTrailingSpaces()
      if text == last.text { break }
      line.width -= last.text.count - text.count
      if text.isEmpty { line.spans.removeLast() } else { line.spans[line.spans.count - 1].text = text }
    }
    return line
  }
}

extension String {
  fileprivate func trimmingTrailingSpaces() -> String {
    guard let end = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...end])
  }
}
