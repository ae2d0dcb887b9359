/// Text of the config inside generated code.
enum BindingText {
  /// As part of a comment to the end of a line: printable ASCII that ends no line, whatever the language makes of `\` and `??/`.
  static func comment(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      let isPlain = (0x20..<0x7F).contains(scalar.value) && scalar != "\\" && scalar != "?"
      return isPlain ? String(scalar) : "<U+\(String(scalar.value, radix: 16, uppercase: true))>"
    }.joined()
  }

  /// Lines, each indented, empty ones left empty; ends with a line break unless there are none.
  static func lines(_ lines: [String], indent: Int = 0) -> String {
    lines.map { ($0.isEmpty ? "" : String(repeating: " ", count: indent) + $0) + "\n" }.joined()
  }
}
