import ArgumentParser
import BuiltInPrograms
import ClusterConfig
import ClusterPlan
import ControlCluster

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the schema of cluster.yaml: JSON Schema (2020-12) for editors, or tables of all keys.",
    discussion: """
      Editors with the YAML language server use the JSON Schema for a file that begins with the line \
      '# yaml-language-server: $schema=PATH'.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, markdown }

  @Option(help: "json or markdown.")
  var format = Format.json

  func run() throws {
    switch format {
    case .json: try Terminal.output.data(JSONValue(ConfigSchema.value).pretty + "\n")
    case .markdown:
      let parameters = BuiltInProgram.allCases.map { ($0.rawValue, ConfigSchema.parameters(of: $0)) }
      try Terminal.output.data(KeyTables(ConfigSchema.keys, parameters: parameters).markdown)
    }
  }
}
