import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema (2020-12) of cluster.yaml, for editors.",
    discussion: """
      Editors with the YAML language server use it for a file that begins with the line \
      '# yaml-language-server: $schema=PATH'.
      """)

  func run() throws { try Terminal.output.data(JSONValue(ConfigSchema.value).pretty + "\n") }
}
