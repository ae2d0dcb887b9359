import ControlCluster

/// One figure beside what DESIGN.md §7 asks of it.
struct Figure {
  let name: String
  let value: String
  let target: String
  let holds: Bool
  let json: JSONValue

  /// A ratio of two things measured in turns.
  init(_ name: String, _ key: String, _ comparison: Comparison, atMost limit: Double) {
    self.name = name
    value =
      "\(comparison.ours.median.fixed(1)) : \(comparison.theirs.median.fixed(1)) µs = \(comparison.ratio.fixed(2))"
    target = "≤ \(limit.fixed(2))"
    holds = comparison.ratio <= limit
    json = Self.json(key, comparison.json, limit, holds)
  }

  /// A number with its unit.
  init(_ name: String, _ key: String, _ number: Double, unit: String, atMost limit: Double) {
    self.name = name
    value = "\(number.fixed(1)) \(unit)"
    target = "≤ \(limit.fixed(0)) \(unit)"
    holds = number <= limit
    json = Self.json(key, ["value": .number(number), "unit": .string(unit)], limit, holds)
  }

  private static func json(_ key: String, _ value: JSONValue, _ limit: Double, _ holds: Bool) -> JSONValue {
    ["figure": .string(key), "measured": value, "at_most": .number(limit), "holds": .bool(holds)]
  }

  var line: String { name.padded(to: 62) + value.leftPadded(to: 30) + target.leftPadded(to: 12) + (holds ? "" : "  !") }
}

extension Comparison {
  var json: JSONValue {
    [
      "ours": ours.json, "theirs": theirs.json, "ratio": .number(ratio),
      "ratio_of_turns": .array(turns.map(JSONValue.number)),
    ]
  }
}
