import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// The config of a verb: its files, and what is set on top of them.
struct ConfigOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The cluster.yaml; further files are laid over it from left to right.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @OptionGroup var values: ValueOptions

  /// The validated config. Problems are printed, and end the program with status 2.
  /// - Parameter extra: overrides that come after the user's own.
  func load(extra: [String] = []) throws -> ResolvedConfig {
    do {
      let resolved = try values.load(files, extra: extra)
      Terminal.error.tell(resolved.warnings)
      return resolved
    } catch {
      Terminal.error.tell(error)
      throw ExitCode(2)
    }
  }

  /// The config and all that follows from it.
  /// - Parameters:
  ///   - extra: overrides that come after the user's own.
  ///   - warnsOfMachine: Whether to say what this machine is too small for.
  func plan(extra: [String] = [], warnsOfMachine: Bool = false) throws -> ClusterPlan {
    try plan(of: load(extra: extra), warnsOfMachine: warnsOfMachine)
  }

  /// All that follows from a loaded config.
  func plan(of resolved: ResolvedConfig, warnsOfMachine: Bool = false) throws -> ClusterPlan {
    do {
      let plan = try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
      if warnsOfMachine { Terminal.error.tell(resolved.machineWarnings(plan)) }
      return plan
    } catch {
      Terminal.error.print("\(files[0]): error: \(error)")
      throw ExitCode(2)
    }
  }
}
