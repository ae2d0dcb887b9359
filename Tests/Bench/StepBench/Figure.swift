import ControlCluster

/// One thing that was measured, beside its reference, and beside what DESIGN.md §7 asks of it where it does.
struct Figure {
  /// Stable: what programs know it by, within its section.
  let key: String
  let name: String
  let finding: Finding
  /// What the ratio, or the number in its unit, may be at most.
  let limit: Double?

  enum Finding {
    case comparison(Comparison)
    case samples(Samples)
    case number(Double, unit: String)
    /// Why there is nothing.
    case missing(String)
  }

  /// Measures; what this machine lacks is a finding, too.
  init(_ key: String, _ name: String, atMost limit: Double? = nil, _ measure: () throws -> Finding) rethrows {
    self.key = key
    self.name = name
    self.limit = limit
    do { finding = try measure() } catch BenchError.missing(let why) { finding = .missing(why) }
  }

  /// What the limit is a limit of.
  private var measured: Double? {
    switch finding {
    case .comparison(let comparison): comparison.ratio
    case .samples(let samples): samples.median
    case .number(let number, _): number
    case .missing: nil
    }
  }

  /// `nil` when nothing is asked, or nothing known.
  var holds: Bool? {
    guard let limit, let measured else { return nil }
    return measured <= limit
  }
}

// MARK: - For programs

extension Figure {
  /// One object, described in FIGURES.md.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [("figure", .string(key)), ("name", .string(name))]
    switch finding {
    case .comparison(let comparison):
      members += [
        ("ours", comparison.ours.json), ("reference", comparison.theirs.json), ("ratio", .number(comparison.ratio)),
        ("ratio_of_turns", .array(comparison.turns.map(JSONValue.number))),
      ]
    case .samples(let samples): members.append(("ours", samples.json))
    case .number(let number, let unit): members += [("value", .number(number)), ("unit", .string(unit))]
    case .missing(let why): members.append(("not_measured", .string(why)))
    }
    if let limit { members.append(("at_most", .number(limit))) }
    if let holds { members.append(("holds", .bool(holds))) }
    return .object(members.map { JSONValue.Member(key: $0.0, value: $0.1) })
  }
}

// MARK: - For people

extension Figure {
  /// - Parameter reference: what the figures of a section stand beside; empty when beside nothing.
  static func columns(beside reference: String) -> [String] {
    if reference.isEmpty { return ["measured", "target"] }
    return ["median", "p99", "max µs", "median", "p99", "max µs", "ratio", "quartiles", "target"]
  }

  /// A cell for each of the section's columns; the reason alone where nothing was measured.
  var cells: [String] {
    let target = limit.map { "≤ \(Quantity.plain($0))\(holds == false ? " !" : "")" } ?? ""
    switch finding {
    case .comparison(let comparison):
      let quartiles = [0.25, 0.75].map { Quantity.plain(comparison.ratio(quantile: $0)) }.joined(separator: "–")
      return comparison.ours.cells + comparison.theirs.cells + [Quantity.plain(comparison.ratio), quartiles, target]
    case .samples(let samples): return samples.cells + ["", "", "", "", "", target]
    case .number(let number, let unit): return ["\(Quantity.plain(number)) \(unit)", target]
    case .missing(let why): return ["not measured: \(why)"]
    }
  }
}

extension Samples {
  fileprivate var cells: [String] { [median, quantile(0.99), quantile(1)].map(Quantity.plain) }
}
