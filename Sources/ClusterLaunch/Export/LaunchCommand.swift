import ClusterConfig
import ControlCluster

/// A launch that somebody else starts, somewhere else: everything that it would have had here.
public struct LaunchCommand: Sendable, Equatable {
  /// The path of `ccluster`.
  public var executable: String
  /// Behind `ccluster launch`, with absolute paths.
  public var arguments: [String]
  /// Where it runs, as programs of the config may have relative paths in their arguments.
  public var directory: String
  /// What it takes from the environment.
  public var environment: [(name: String, value: String)]

  public init(
    executable: String, arguments: [String], directory: String, environment: [(name: String, value: String)]
  ) {
    (self.executable, self.arguments, self.directory) = (executable, arguments, directory)
    self.environment = environment
  }

  public static func == (one: Self, other: Self) -> Bool {
    one.executable == other.executable && one.arguments == other.arguments && one.directory == other.directory
      && one.environment.elementsEqual(other.environment, by: ==)
  }
}

extension ResolvedConfig {
  /// The environment's variables that a launch of this config reads: those that its values came through, and those by which
  /// its files and programs are found.
  public func environmentRead(_ value: (String) -> String?) -> [(name: String, value: String)] {
    var names = Set(values.flatMap(\.value.variables))
    names.insert("CCLUSTER_CONFIG_PATH")
    if [config.controllers.program, config.simulator.program].contains(where: \.isCommand) { names.insert("PATH") }
    return names.sorted().compactMap { name in value(name).map { (name, $0) } }
  }
}

extension ResolvedValue {
  fileprivate var variables: [String] {
    switch self {
    case .mapping(let entries): entries.flatMap(\.value.variables)
    case .value(_, let origin): origin.variables
    }
  }
}

extension ClusterConfig.Program {
  var isCommand: Bool { if case .command = self { true } else { false } }
}
