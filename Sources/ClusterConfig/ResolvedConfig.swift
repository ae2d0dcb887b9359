/// A config with all that is known about where it came from.
public struct ResolvedConfig: Sendable {
  public internal(set) var config: ClusterConfig
  /// What is allowed and probably not meant.
  public let warnings: [Diagnostic]
  /// Absolute paths of all files read, the config itself first.
  public let files: [String]
  /// The merged tree, which the values' places are looked up in.
  let root: Node

  /// The whole config with every default filled in, as YAML: itself a config, and of equal meaning.
  /// - Parameter withOrigins: Whether a comment beside each value says where it comes from: `# file:line`, `# --set` or
  ///   `# default`, and the environment's variables that it came through: `# file:line, $USER`.
  public func yaml(withOrigins: Bool) -> String {
    YAMLWriter(values, originsRelativeTo: withOrigins ? Path.currentDirectory : nil).text
  }
}
