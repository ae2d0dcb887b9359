/// What the reports write in their tables, beside `Quantity`.
enum HumanText {
  /// Up to nine decimals, none of them idle: `0.02`, `15`.
  static func number(_ number: Double) -> String {
    let rounded = (number * 1e9).rounded() / 1e9
    let text = (rounded.isFinite ? rounded : number).description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  static func seconds(_ number: Double) -> String { "\(Self.number(number)) s" }

  /// `[4, 3]`
  static func list(_ numbers: [Int]) -> String { "[\(numbers.map(String.init).joined(separator: ", "))]" }

  /// What fits a table's column: the end of a command says more than the path it starts with.
  static func shortened(_ text: String, to width: Int = 40) -> String {
    text.count <= width ? text : "…" + text.suffix(width - 1)
  }
}
