import ClusterConfig

/// One diagnostic explained on a terminal: the rule, a config that breaks it with what is said about it, and the cure.
struct ExplanationText {
  let text: String

  /// Longer lines are hard to read, however wide the terminal is.
  private static let maximumWidth = 100

  init(_ id: Diagnostic.ID, on terminal: Terminal) {
    let explanation = id.explanation
    let width = min(terminal.isInteractive ? terminal.width : Self.maximumWidth, Self.maximumWidth)
    var parts = [terminal.styled(id.rawValue, .bold), Self.wrapped(explanation.meaning, to: width)]
    parts.append(terminal.styled("This is wrong:", .red))
    parts += Self.sources(of: explanation.broken, terminal)
    parts.append(Self.indented(explanation.broken.rendered(color: terminal.hasColor)))
    parts.append(terminal.styled("This is right:", .green))
    parts += Self.sources(of: explanation.cured, terminal)
    text = parts.joined(separator: "\n\n") + "\n"
  }

  private static func sources(of example: ConfigExample, _ terminal: Terminal) -> [String] {
    let files = example.files.enumerated().map { index, file in
      (index == 0 ? "" : terminal.styled("  # \(file.name)", .dim) + "\n") + indented(file.shown)
    }
    return files + (example.needsCommand ? ["  $ " + example.commandLine] : [])
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
      .joined(separator: "\n").trimmingNewlines
  }

  private static func wrapped(_ paragraph: String, to width: Int) -> String {
    var lines: [String] = []
    for word in paragraph.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmingNewlines: String {
    var text = self[...]
    while text.last == "\n" { text.removeLast() }
    return String(text)
  }
}
