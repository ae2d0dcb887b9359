import ClusterConfig

/// Values of a config in few words.
enum Words {
  /// The shortest digits that are this number and no other.
  static func number(_ number: Double) -> String {
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Long ones by their ends.
  static func list(_ names: [String]) -> String {
    guard names.count > 6 else { return "[\(names.joined(separator: ", "))]" }
    return "[\(names.prefix(2).joined(separator: ", ")), …, \(names[names.count - 1])] (\(names.count))"
  }

  /// Two different lists: where they are long, the part in which they differ, with an ellipsis for what they share.
  static func difference(_ old: [String], _ new: [String]) -> (old: String, new: String) {
    if old.isEmpty || new.isEmpty { return (list(old), list(new)) }
    let shared = zip(old, new).prefix { $0 == $1 }.count
    let ends = zip(old.dropFirst(shared).reversed(), new.dropFirst(shared).reversed()).prefix { $0 == $1 }.count
    func part(_ names: [String]) -> String {
      var shown = Array(names[shared..<names.count - ends])
      if shown.count > 6 { shown = shown.prefix(3) + ["…"] + shown.suffix(2) }
      // One neighbour of what they share says where it is.
      if shared > 0 { shown.insert(names[shared - 1], at: 0) }
      if shared > 1 { shown.insert("…", at: 0) }
      if ends > 0 { shown.append(names[names.count - ends]) }
      if ends > 1 { shown.append("…") }
      return "[\(shown.joined(separator: ", "))]"
    }
    let count = old.count == new.count ? ("", "") : (" (\(old.count))", " (\(new.count))")
    return (part(old) + count.0, part(new) + count.1)
  }

  static func numbers(_ numbers: [Int]) -> String { "[\(numbers.map(String.init).joined(separator: ", "))]" }

  /// Whether two units differ in nothing but their spelling: `N*m`, `N·m` and `N m`.
  static func isSameUnit(_ a: String, _ b: String) -> Bool { unit(a) == unit(b) }

  private static func unit(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case " ", "·", "⋅", "×", "*": result += "*"
      case "²": result += "^2"
      case "³": result += "^3"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
