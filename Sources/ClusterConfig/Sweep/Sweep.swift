/// The runs that `--sweep` arguments ask for: every combination of their values, the last argument's varying fastest.
public struct Sweep: Sendable, Equatable {
  /// One `--sweep` argument: a path of the config and the values that it takes.
  public struct Axis: Sendable, Equatable {
    /// As `--set` takes it.
    public var path: String
    public var values: [Value]
  }

  /// A value as it was written, and what it means.
  public struct Value: Sendable, Equatable {
    public var text: String
    public var value: ConfigValue
  }

  /// One value of each axis.
  public struct Point: Sendable, Equatable {
    /// From 1.
    public var number: Int
    public var settings: [Setting]

    /// For `ClusterConfig.load(paths:overrides:point:)`.
    public var overrides: [String] { settings.map { "\($0.path)=\($0.value.text)" } }
    /// `controllers.count=16, horizon.nodes=21`
    public var label: String { overrides.joined(separator: ", ") }
  }

  /// A problem of a point as a whole, which each of its values has a part in.
  public static func problem(_ id: Diagnostic.ID, _ message: String, in point: Point) -> Diagnostic {
    let start = Diagnostic.Position(line: 1, column: 1)
    let arguments = point.overrides.map { "--sweep \($0)" }.joined(separator: " ")
    return Diagnostic(
      id: id, severity: .error, message: message,
      location: .init(file: arguments, isOverride: true, start: start, end: start), sourceLine: nil, notes: [])
  }

  public struct Setting: Sendable, Equatable {
    public var path: String
    public var value: Value
  }

  public let axes: [Axis]
  public let points: [Point]

  /// More runs than anybody waits for are a mistake, and their configs would fill the memory.
  public static let maximumPoints = 1000

  /// - Parameters:
  ///   - arguments: `path.to.key=value,value,…`, at least one. Values are YAML: commas inside brackets and quotes belong to
  ///     the value.
  ///   - surroundings: The environment that values may name.
  /// - Throws: All problems of the arguments at once. Whether the config has such keys is found when a point is loaded.
  public init(
    _ arguments: [String], surroundings: ConfigSurroundings = ConfigSurroundings(),
    limits: ConfigLimits = ConfigLimits()
  ) throws(ConfigError) {
    let collector = DiagnosticCollector()
    var reader = SweepReader(surroundings: surroundings, limits: limits, collector: collector)
    let axes = arguments.compactMap { reader.read($0) }
    try collector.throwIfErrors()
    self.axes = axes
    points = Self.product(axes)
  }

  private static func product(_ axes: [Axis]) -> [Point] {
    let combinations = axes.reduce([[Setting]]([[]])) { combinations, axis in
      combinations.flatMap { settings in axis.values.map { settings + [Setting(path: axis.path, value: $0)] } }
    }
    return combinations.enumerated().map { Point(number: $0 + 1, settings: $1) }
  }
}
