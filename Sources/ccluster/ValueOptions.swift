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

  /// - Parameters:
  ///   - extra: overrides that come after the user's own.
  ///   - point: of a sweep; comes last.
  ///   - hosts: the argument of `--hosts`.
  ///   - contents: of the files, by absolute path; `nil` for those of the file system.
  func load(
    _ files: [String], extra: [String] = [], point: [String] = [], hosts: String? = nil,
    contents: [String: [UInt8]]? = nil
  ) throws(ConfigError) -> ResolvedConfig {
    try ClusterConfig.load(
      paths: files, overrides: overrides + extra, point: point, hosts: hosts,
      surroundings: ConfigSurroundings(searchPath: searchPath, files: contents))
  }

  /// Problems are printed, and end the program with status 2.
  func loadPrintingProblems(
    _ files: [String], extra: [String] = [], hosts: String? = nil, contents: [String: [UInt8]]? = nil
  ) throws -> ResolvedConfig {
    do {
      let resolved = try load(files, extra: extra, hosts: hosts, contents: contents)
      Terminal.error.tell(resolved.warnings)
      return resolved
    } catch {
      Terminal.error.tell(error)
      throw ExitCode(2)
    }
  }

  /// All that follows from a loaded config. Problems are printed, and end the program with status 2.
  /// - Parameter file: what it was loaded from, for messages.
  func plan(of resolved: ResolvedConfig, named file: String) throws -> ClusterPlan {
    do {
      return try ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
    } catch {
      Terminal.error.print("\(file): error: \(error)")
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
