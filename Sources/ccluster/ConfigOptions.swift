import ArgumentParser
import ClusterConfig
import ClusterPlan

/// The config of a verb: its files, and what is set on top of them.
struct ConfigOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The cluster.yaml; further files are laid over it from left to right.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @OptionGroup var values: ValueOptions

  @OptionGroup var hosts: HostOptions

  /// The validated config. Problems are printed, and end the program with status 2.
  /// - Parameter extra: overrides that come after the user's own.
  func load(extra: [String] = []) throws -> ResolvedConfig {
    try values.loadPrintingProblems(files, extra: extra, hosts: hosts.hosts)
  }

  /// The config and all that follows from it. Problems are printed, and end the program with status 2.
  func plan() throws -> ClusterPlan { try plan(of: load()) }

  /// All that follows from a loaded config. Problems are printed, and end the program with status 2.
  func plan(of resolved: ResolvedConfig) throws -> ClusterPlan {
    try values.plan(of: resolved, named: files[0])
  }
}
