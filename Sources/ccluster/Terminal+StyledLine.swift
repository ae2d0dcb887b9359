import ClusterObserve

extension Terminal {
  /// Prints lines that are a verb's data, and ends it when they cannot be written.
  func data(_ lines: [StyledLine]) throws {
    try data(lines.map { (hasColor ? Style.rendered($0, color: true) : $0.text) + "\n" }.joined())
  }
}

extension Terminal.Style {
  init(_ style: TextStyle) {
    self =
      switch style {
      case .bold: .bold
      case .dim: .dim
      case .reverse: .reverse
      case .red: .red
      case .green: .green
      case .yellow: .yellow
      case .cyan: .cyan
      }
  }

  /// Whether it is one of those that NO_COLOR is about.
  private var isColor: Bool {
    switch self {
    case .bold, .dim, .reverse: false
    case .red, .green, .yellow, .cyan: true
    }
  }

  /// A line with its styles as control sequences (SGR, ECMA-48).
  static func rendered(_ line: StyledLine, color: Bool) -> String {
    line.spans.map { span in
      let codes = span.styles.map(Terminal.Style.init).filter { color || !$0.isColor }.map(\.rawValue)
      return codes.isEmpty ? span.text : "\u{1B}[\(codes.joined(separator: ";"))m\(span.text)\u{1B}[0m"
    }.joined()
  }
}
