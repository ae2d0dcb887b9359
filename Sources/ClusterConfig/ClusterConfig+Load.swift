extension ClusterConfig {
  /// Reads a cluster.yaml with everything it extends, lays the overrides over it, and checks the whole.
  ///
  /// - Parameters:
  ///   - path: The file; relative to the current directory.
  ///   - overrides: `--set` arguments, `path.to.key=value`; later ones win.
  ///   - surroundings: Where `extends` looks, and the environment.
  ///   - limits: What the config may cost.
  /// - Throws: All problems at once. Files that the config only names (URDF, programs) are not looked at.
  public static func load(
    path: String, overrides: [String] = [], surroundings: ConfigSurroundings = ConfigSurroundings(),
    limits: ConfigLimits = ConfigLimits()
  ) throws(ConfigError) -> ResolvedConfig {
    try load(paths: [path], overrides: overrides, surroundings: surroundings, limits: limits)
  }

  /// Like `load(path:)` with several files, merged from left to right as if a last one extended them all.
  /// - Parameters:
  ///   - paths: At least one.
  ///   - point: One value of each `--sweep`, `path.to.key=value`; they come after the overrides.
  ///   - hosts: The argument of `--hosts`, which comes before the overrides: hosts between commas, `slurm`, or a hostfile.
  public static func load(
    paths: [String], overrides: [String] = [], point: [String] = [], hosts: String? = nil,
    surroundings: ConfigSurroundings = ConfigSurroundings(),
    limits: ConfigLimits = ConfigLimits()
  ) throws(ConfigError) -> ResolvedConfig {
    precondition(!paths.isEmpty, "a config is at least one file")
    let collector = DiagnosticCollector()
    var includes = Includes(surroundings: surroundings, limits: limits, collector: collector)
    let loaded = includes.load(paths)
    let parsed = [("--set", overrides), ("--sweep", point)].flatMap { option, arguments in
      arguments.compactMap {
        Override($0, option: option, surroundings: surroundings, limits: limits, collector: collector)
      }
    }
    let ofHosts = hosts.map { Override(hosts: $0, collector) }
    // Half a tree would only bring up problems that follow from the reported ones.
    try collector.throwIfErrors()
    guard var root = loaded, let file = includes.root else { preconditionFailure("a file failed to load in silence") }

    for override in [ofHosts].compactMap({ $0 ?? nil }) + parsed { root = override.apply(to: root) }
    if case .mapping(let entries) = root.content { _ = SchemaVersion.check(entries, collector) }
    var spec = ClusterSpec(root, place: .whole(file), collector)
    let dimensions = DimensionTable(spec, collector)
    spec.resolveExtents(dimensions)
    spec.hosts?.resolve(surroundings, limits, collector)
    Rules(spec: spec, limits: limits, collector: collector).checkAll()
    try collector.throwIfErrors()
    let hostfiles = [spec.hosts?.hostfile?.value].compactMap { $0 }
    guard let config = ClusterConfig(spec, dimensions) else { preconditionFailure("a rule failed in silence") }
    return ResolvedConfig(
      config: config, warnings: collector.diagnostics, files: includes.files + hostfiles, root: root)
  }
}
