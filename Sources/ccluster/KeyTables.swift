import ClusterConfig
import ClusterPlan
import ControlCluster

/// The keys of the config language as Markdown: a table for what stands at the top, and one for each mapping there.
struct KeyTables {
  let markdown: String

  /// - Parameter parameters: Those of the built-in programs, each by its name.
  init(_ keys: [ConfigKey], parameters: [(program: String, keys: [ConfigKey])]) {
    let top = keys.filter { $0.path.count == 1 }
    let tables = top.map { section in
      (section.path[0], keys.filter { $0.path.count > 1 && $0.path[0] == section.path[0] })
    }
    let all =
      [("At the top", top)] + tables.filter { !$0.1.isEmpty }.map { ("`\($0.0)`", $0.1) }
      + parameters.map { ("Parameters of the built-in program `\($0.program)`", $0.keys) }
    markdown = all.map { "### \($0.0)\n\n" + Self.table($0.1) }.joined(separator: "\n")
  }

  private static func table(_ keys: [ConfigKey]) -> String {
    let rows = keys.map { key in
      [
        "`\(key.path.joined(separator: "."))`", key.type, key.unit.isEmpty ? "–" : key.unit, absence(key), key.meaning,
      ]
    }
    return ([["key", "type", "unit", "default", "meaning"], Array(repeating: "---", count: 5)] + rows).map { cells in
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }.joined()
  }

  private static func absence(_ key: ConfigKey) -> String {
    switch key.absence {
    case .required: "**required**"
    case .value(.string("")): "`\"\"`"
    case .value(.string(let text)): "`\(text)`"
    case .value(let value): "`\(JSONValue(value).compact)`"
    case .meaning(let words): words
    }
  }
}
