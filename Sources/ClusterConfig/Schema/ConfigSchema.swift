/// The JSON Schema (2020-12) of cluster.yaml, made by running the decoder on a config that records what is read.
///
/// It is for one file at a time, as editors see them. So a key may hold null, which removes it from what the file is
/// laid over, and required keys are required only of a file that has a `name` and extends nothing. What needs more than
/// one place of a file, or more than one file, is left to `ClusterConfig.load`.
public enum ConfigSchema {
  /// The schema as a value; print it as JSON.
  public static var value: ConfigValue { schema(of: recorded) }

  /// What the decoder reads.
  static var recorded: SchemaObject {
    let root = SchemaObject()
    _ = ClusterSpec(Section(nil, "", at: SchemaNode.place, DiagnosticCollector(), schema: root))
    return root
  }

  private static let documentation = """
    One file of a ControlCluster config. null removes a value of the files that this one extends. A file with a 'name' \
    and without 'extends' is taken for a whole config, in which nothing required may be missing; a file without a name \
    is a part that others extend. To name an overlay for the command line, add 'extends: []'.
    """

  /// Where the schema tells of the environment's variables.
  static let variableAlone = "#/$defs/variable"
  static let variableWithin = "#/$defs/text_with_variables"

  private static let definitions: ConfigValue = [
    "variable": [
      "description": "The value of an environment variable, as if it stood here: ${env:NAME} or ${env:NAME:-default}.",
      "type": "string", "pattern": .string(SchemaPattern.variableAlone),
    ],
    "text_with_variables": [
      "description": "Text with the values of environment variables in it: ${env:NAME} or ${env:NAME:-default}.",
      "type": "string", "pattern": .string(SchemaPattern.variable),
    ],
  ]

  private static func schema(of root: SchemaObject) -> ConfigValue {
    let entries: [ConfigValue.Entry] = [
      .init(key: "$schema", value: "https://json-schema.org/draft/2020-12/schema"),
      .init(key: "$id", value: .string("urn:controlcluster:config:\(SchemaVersion.current)")),
      .init(key: "title", value: "cluster.yaml"),
      .init(key: "description", value: .string(documentation)),
      .init(key: "type", value: "object"),
    ]
    let isWhole: ConfigValue = ["required": ["name"], "properties": ["extends": ["type": "null"]]]
    return .mapping(
      entries + root.keywords + [
        .init(key: "if", value: isWhole), .init(key: "then", value: root.completeness ?? [:]),
        .init(key: "$defs", value: definitions),
      ])
  }
}
