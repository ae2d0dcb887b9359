extension Diagnostic {
  /// `file:line:column: error: sentence [id]`, the source line, a caret range, and the notes; ends in a newline.
  public func rendered(relativeTo directory: String? = nil, color: Bool = false) -> String {
    let base = directory ?? Path.currentDirectory
    let style = Style(color: color)
    let level = severity == .error ? style.red("error:") : style.magenta("warning:")
    var text = "\(style.bold(place(location, base) + ":")) \(level) \(printable(message)) [\(id.rawValue)]\n"
    if let sourceLine {
      let snippet = Snippet(line: sourceLine, location: location)
      text += "  \(snippet.text)\n  \(snippet.indent)\(style.green(snippet.caret))\n"
    }
    for note in notes {
      if let location = note.location { text += style.bold(place(location, base) + ":") + " " }
      text += "\(style.cyan("note:")) \(printable(note.message))\n"
    }
    return text
  }

  private func place(_ location: Location, _ base: String) -> String {
    if location.isOverride { return printable(location.file) }
    let path = printable(Path.shown(location.file, relativeTo: base))
    let isWholeFile = location.start == location.end && location.start == Position(line: 1, column: 1)
    return isWholeFile ? path : "\(path):\(location.start.line):\(location.start.column)"
  }

  /// Control characters of a file must not reach the terminal.
  private func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      result.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }

  private struct Style {
    var color: Bool
    private func wrap(_ code: String, _ text: String) -> String { color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
    func bold(_ text: String) -> String { wrap("1", text) }
    func red(_ text: String) -> String { wrap("1;31", text) }
    func magenta(_ text: String) -> String { wrap("1;35", text) }
    func cyan(_ text: String) -> String { wrap("1;36", text) }
    func green(_ text: String) -> String { wrap("1;32", text) }
  }
}
