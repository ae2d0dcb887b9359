/// A small config of the documentation, with what else stands on its command line. It is in no file: `diagnostics` reads it
/// from memory.
public struct ConfigExample: Sendable {
  public struct File: Sendable {
    public let name: String
    public let text: String
    /// The text with control characters made visible.
    public var shown: String {
      String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isControl && $0 != "\n" ? "\u{FFFD}" : $0 }))
    }
  }

  /// What a machine has, and what the cluster takes of it.
  struct Here: Sendable {
    var machine: Machine
    /// Of shared memory.
    var bytes: Int
  }

  /// The first is the example; the others lie beside it.
  public let files: [File]
  /// Arguments of `--set`.
  public let overrides: [String]
  /// Variables of the environment; there are no others.
  public let environment: [String: String]
  /// Whether the problem is one of this config on that machine, and need not be one elsewhere.
  public var dependsOnMachine: Bool { here != nil }
  private let here: Here?
  /// What an import says about the files, word for word: what reads descriptions lies above this module, and a test there compares.
  private let saidByImport: String?
  /// Arguments of the import behind its files.
  package let importArguments: [String]
  /// Whether the files are a robot's description, which is imported, and not a config.
  public var isDescription: Bool { saidByImport != nil }

  /// - Parameters:
  ///   - text: What is laid over the base; empty when there is only the base.
  ///   - others: Names of further files, and what is in them.
  init(
    _ text: String, others: KeyValuePairs<String, String> = [:], overrides: [String] = [],
    environment: [String: String] = [:], here: Here? = nil
  ) {
    let own = text.isEmpty ? [] : [File(name: Self.fileName, text: text + "\n")]
    files = own + others.map { File(name: $0.key, text: $0.value + "\n") }
    self.overrides = overrides
    self.environment = environment
    self.here = here
    saidByImport = nil
    importArguments = []
  }

  /// - Parameter said: the diagnostics as a user sees them.
  init(urdf: String, srdf: String? = nil, arguments: [String] = [], said: String = "") {
    files =
      [File(name: "robot.urdf", text: urdf + "\n")] + (srdf.map { [File(name: "robot.srdf", text: $0 + "\n")] } ?? [])
    overrides = []
    environment = [:]
    here = nil
    saidByImport = said
    importArguments = arguments
  }

  private static let fileName = "example.yaml"

  /// A whole config, which every example is laid over.
  public static let base = File(
    name: "arm.yaml",
    text: """
      name: arm
      robot: {joints: [shoulder, elbow, wrist], contacts: [tool]}
      controllers: {count: 2}
      buffers:
        state: {writer: simulator, fields: {position: {shape: [joints], unit: rad}}}

      """)

  /// Where the files would be.
  private static let directory = "/example"

  /// What is said about a config: errors, or else warnings. Nothing about a robot's description; see `rendered`.
  public var diagnostics: [Diagnostic] {
    if isDescription { return [] }
    let all = [Self.base] + files
    let surroundings = ConfigSurroundings(
      files: Dictionary(
        all.map { ("\(Self.directory)/\($0.name)", Array($0.text.utf8)) }, uniquingKeysWith: { first, _ in first }),
      environment: { [environment] in environment[$0] })
    let paths = [Self.base.name] + (files.isEmpty ? [] : [files[0].name])
    do {
      let resolved = try ClusterConfig.load(
        paths: paths.map { "\(Self.directory)/\($0)" }, overrides: overrides, surroundings: surroundings)
      return resolved.warnings + (here.map { resolved.warnings(on: $0.machine, bytes: $0.bytes) } ?? [])
    } catch {
      return error.diagnostics
    }
  }

  /// The diagnostics as a user sees them.
  public func rendered(color: Bool = false) -> String {
    saidByImport ?? diagnostics.map { $0.rendered(relativeTo: Self.directory, color: color) }.joined()
  }

  /// Whether the files alone do not tell what is done with them.
  public var needsCommand: Bool { isDescription || !overrides.isEmpty || !environment.isEmpty }

  /// The command as it is typed.
  public var commandLine: String {
    command.map { word in word.contains { "[]{}*$ \"".contains($0) } ? "'\(word)'" : word }.joined(separator: " ")
  }

  /// The words of the command that shows them, variables of the environment first.
  public var command: [String] {
    if isDescription {
      return ["ccluster", "robot", "import", files[0].name] + files.dropFirst().flatMap { ["--srdf", $0.name] }
        + importArguments
    }
    return environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [
      "ccluster", "validate", Self.base.name,
    ]
      + (files.isEmpty ? [] : ["--overlay", files[0].name]) + overrides.flatMap { ["--set", $0] }
  }
}

extension ConfigExample: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}
