/// Numbers and counts as people read them.
enum HumanText {
  /// `1,234,567`
  static func thousands(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `104.0 KiB`; below that `96 bytes`.
  static func bytes(_ count: Int) -> String {
    guard count >= 1024 else { return "\(count) bytes" }
    // Tenths of the unit, so that what rounds up to 1024 KiB goes on to be 1 MiB.
    var tenths = Double(count) * 10 / 1024
    var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
    while tenths.rounded() >= 10240, units.count > 1 {
      tenths /= 1024
      units = units.dropFirst()
    }
    let rounded = Int(tenths.rounded())
    return "\(rounded / 10).\(rounded % 10) \(units.first!)"
  }

  /// `1 worker`, `3 workers`
  static func count(_ number: Int, _ noun: String) -> String {
    "\(thousands(number)) \(noun)\(number == 1 ? "" : "s")"
  }

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
