import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// The config of a verb: its file, and what is set on top of it.
struct ConfigOptions: ParsableArguments {
  @Argument(help: "The cluster.yaml.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Set a value, after all files; may be repeated.", valueName: "path=value"),
    completion: .custom { words, _, _ in KeyPaths.completions(words) })
  var overrides: [String] = []

  /// The validated config. Problems are printed, and end the program with status 2.
  /// - Parameter extra: overrides that come after the user's own.
  func load(extra: [String] = []) throws -> ResolvedConfig {
    do {
      let resolved = try ClusterConfig.load(path: file, overrides: overrides + extra)
      for warning in resolved.warnings { Terminal.error.write(warning.rendered(color: Terminal.error.hasColor)) }
      return resolved
    } catch {
      Terminal.error.write(error.rendered(color: Terminal.error.hasColor))
      throw ExitCode(2)
    }
  }

  /// The config and all that follows from it.
  func plan(extra: [String] = []) throws -> ClusterPlan {
    let resolved = try load(extra: extra)
    do {
      return try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
    } catch {
      Terminal.error.print("\(file): error: \(error)")
      throw ExitCode(2)
    }
  }
}
