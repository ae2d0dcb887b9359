/// How many columns of a terminal characters take. glibc's wcwidth knows it only under a UTF-8 locale, which nobody has to have.
public enum TextWidth {
  /// 0 for what has no room of its own, 2 for what takes two (Unicode Standard Annex #11, W and F, and emoji).
  static func columns(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // A sign that stands as an emoji by the selector behind it takes two.
      width = max(width, scalar.value == 0xFE0F ? 2 : columns(scalar))
    }
    return width
  }

  public static func columns(_ text: String) -> Int { text.reduce(0) { $0 + columns($1) } }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value == 0xAD ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  /// Blocks whose characters take two columns, and those with emoji. Too wide for a few signs among them, which costs a space; too
  /// narrow would cost the line's end.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23F3, 0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653,
    0x267F...0x267F, 0x2693...0x2693, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5,
    0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA, 0x26F2...0x26F5, 0x26FA...0x26FD, 0x2705...0x2705,
    0x270A...0x270B, 0x2728...0x2728, 0x274C...0x274E, 0x2753...0x2757, 0x2795...0x2797, 0x27B0...0x27BF,
    0x2B1B...0x2B1C, 0x2B50...0x2B55, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1AFF0...0x1B2FF,
    0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F19A, 0x1F1E6...0x1F64F, 0x1F680...0x1F6FF,
    0x1F7E0...0x1F7EB, 0x1F90C...0x1FAFF, 0x20000...0x3FFFD,
  ]

  /// Text of others as one line that does nothing to a terminal: without control characters, and without those that turn the
  /// direction of writing.
  public static func printable(_ text: String) -> String {
    String(
      text.compactMap { character in
        if character.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) { return " " }
        return columns(character) == 0 ? nil : character
      })
  }
}
