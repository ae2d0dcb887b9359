import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

/// What goes into a config beside its files.
struct ValueOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Set a value, after all files; may be repeated.", valueName: "path=value"),
    completion: .custom { words, _, _ in KeyPaths.completions(words) })
  var overrides: [String] = []

  @Option(
    name: .customLong("config-path"), parsing: .singleValue,
    help: ArgumentHelp(
      """
      Look here for files that 'extends' names and that are not beside the file naming them; may be repeated. Then \
      come $CCLUSTER_CONFIG_PATH (a:b:c) and the installed configs.
      """, valueName: "directory"), completion: .directory)
  var configPath: [String] = []

  /// - Parameter extra: overrides that come after the user's own.
  func load(_ files: [String], extra: [String] = []) throws(ConfigError) -> ResolvedConfig {
    try ClusterConfig.load(
      paths: files, overrides: overrides + extra, surroundings: ConfigSurroundings(searchPath: searchPath))
  }

  /// Problems are printed, and end the program with status 2.
  func loadPrintingProblems(_ files: [String], extra: [String] = []) throws -> ResolvedConfig {
    do {
      let resolved = try load(files, extra: extra)
      for warning in resolved.warnings { Terminal.error.write(warning.rendered(color: Terminal.error.hasColor)) }
      return resolved
    } catch {
      Terminal.error.write(error.rendered(color: Terminal.error.hasColor))
      throw ExitCode(2)
    }
  }

  /// The config and all that follows from it. Problems are printed, and end the program with status 2.
  /// - Parameters:
  ///   - extra: overrides that come after the user's own.
  ///   - warnsOfMachine: Whether to say what this machine is too small for.
  func plan(_ files: [String], extra: [String] = [], warnsOfMachine: Bool = false) throws -> ClusterPlan {
    let resolved = try loadPrintingProblems(files, extra: extra)
    do {
      let plan = try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
      for warning in warnsOfMachine ? resolved.machineWarnings(plan) : [] {
        Terminal.error.write(warning.rendered(color: Terminal.error.hasColor))
      }
      return plan
    } catch {
      Terminal.error.print("\(files[0]): error: \(error)")
      throw ExitCode(2)
    }
  }

  private var searchPath: [String] {
    let named = (System.environment("CCLUSTER_CONFIG_PATH") ?? "").split(separator: ":").map(String.init)
    // Without /proc there is no telling where they are installed.
    let installed = (try? Programs.besideThisOne()).map { ["\($0.directory)/../share/ccluster/configs"] } ?? []
    return configPath + named + installed
  }
}
