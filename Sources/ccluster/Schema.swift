import ArgumentParser
import ClusterConfig
import ControlCluster

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema (2020-12) of cluster.yaml, for editors.",
    discussion: """
      Editors with the YAML language server use it for a file that begins with the line \
      '# yaml-language-server: $schema=PATH'.
      """)

  func run() throws { try Terminal.output.data(JSONValue(schema: ConfigSchema.value).pretty + "\n") }
}

extension JSONValue {
  fileprivate init(schema value: ConfigValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .sequence(let elements): self = .array(elements.map(JSONValue.init(schema:)))
    case .mapping(let entries):
      self = .object(entries.map { Member(key: $0.key, value: JSONValue(schema: $0.value)) })
    }
  }
}
