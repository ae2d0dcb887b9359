/// Names that ROS 2 allows, each given once.
struct MessageNames {
  private var taken: Set<String>

  init(taken: Set<String> = []) { self.taken = taken }

  /// Of a field: lower case, single `_` inside only, and no digit first.
  mutating func field(_ name: String) -> String {
    let words = name.lowercased().split(separator: "_")
    let joined = words.joined(separator: "_")
    return unique(joined.first?.isLetter == true ? joined : "x" + joined, separator: "_") { [$0] }
  }

  /// Of a type, and of that with `Row` behind it: `RobotState`.
  mutating func type(_ name: String) -> String {
    let joined = name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    return unique(joined.first?.isLetter == true ? joined : "X" + joined, separator: "") { [$0, $0 + "Row"] }
  }

  /// Of a part of a topic: letters, digits and `_`.
  mutating func topic(_ name: String) -> String {
    let part = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return unique(part, separator: "_") { [$0] }
  }

  private mutating func unique(_ name: String, separator: String, _ uses: (String) -> [String]) -> String {
    var (result, number) = (name, 1)
    while !taken.isDisjoint(with: uses(result)) {
      number += 1
      result = "\(name)\(separator)\(number)"
    }
    taken.formUnion(uses(result))
    return result
  }
}
