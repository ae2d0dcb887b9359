import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the resolved config: every file merged, every default filled in.",
    discussion: """
      What is printed is itself a config, with the same plan. --origin says beside each value where it comes from: \
      file:line, --set or default, and the environment's variables that it came through. With --json each value is then \
      {"value", "origin": {"kind": "file|set|default", "file", "line", "column", "variable"}}, the last four where there \
      is one.
      """)

  @OptionGroup var config: ConfigOptions

  @Flag(help: "Show beside each value where it comes from.")
  var origin = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let resolved = try config.load()
    let text =
      json
      ? JSONValue.object(resolved.values.map { $0.json(withOrigins: origin) }).pretty + "\n"
      : resolved.yaml(withOrigins: origin)
    try Terminal.output.data(text)
  }
}

extension ResolvedValue.Entry {
  fileprivate func json(withOrigins: Bool) -> JSONValue.Member {
    let json: JSONValue =
      switch value {
      case .mapping(let entries): .object(entries.map { $0.json(withOrigins: withOrigins) })
      case .value(let value, let origin):
        withOrigins
          ? .object([.init(key: "value", value: JSONValue(value)), .init(key: "origin", value: origin.json)])
          : JSONValue(value)
      }
    return .init(key: key, value: json)
  }
}

extension ValueOrigin {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [.init(key: "kind", value: .string(kind.rawValue))]
    if let location {
      members += [
        .init(key: "file", value: .string(location.file)), .init(key: "line", value: .integer(location.start.line)),
        .init(key: "column", value: .integer(location.start.column)),
      ]
    }
    if !variables.isEmpty {
      members.append(.init(key: "variable", value: .string(variables.joined(separator: ", "))))
    }
    return .object(members)
  }
}
