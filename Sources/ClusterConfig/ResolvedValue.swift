/// A value of a resolved config: a mapping down to which every key is known, or what stands at one key.
public indirect enum ResolvedValue: Sendable {
  public struct Entry: Sendable {
    public var key: String
    public var value: ResolvedValue
  }

  /// In the order of the schema, the user's own names in that of the files; never empty.
  case mapping([Entry])
  /// A number, a text, a list, or an empty mapping.
  case value(ConfigValue, ValueOrigin)
}

/// Where a value of a resolved config comes from.
public struct ValueOrigin: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case file, set, `default`
  }

  public var kind: Kind
  /// The file, or the argument with its option; `nil` for a default.
  public var location: Diagnostic.Location?
  /// The environment's variables that it came through.
  public var variables: [String]

  init(_ node: Node?) {
    guard let node else {
      (kind, location, variables) = (.default, nil, [])
      return
    }
    let source = node.span.source
    kind = source.isOverride ? .set : .file
    location = source.location(of: node.span.range)
    var seen: Set<String> = []
    variables = node.allVariables.filter { seen.insert($0).inserted }
  }

  /// `cluster.yaml:3, $USER`, `--set`, `--sweep` or `default`.
  func text(relativeTo directory: String) -> String {
    let place: String
    switch kind {
    case .default: place = "default"
    case .set: place = location.map { String($0.file.prefix { $0 != " " }) } ?? "--set"
    case .file:
      // A line break in a file's name would end the comment.
      let file = Path.shown(location?.file ?? "", relativeTo: directory).map { $0.isNewline ? "?" : String($0) }
      place = file.joined() + ":\(location?.start.line ?? 0)"
    }
    return place + variables.map { ", $\($0)" }.joined()
  }
}

extension ResolvedValue {
  /// Puts a mapping together, one key after the other.
  struct Builder {
    private var entries: [Entry] = []

    static func build(_ body: (inout Builder) -> Void) -> [Entry] {
      var builder = Builder()
      body(&builder)
      return builder.entries
    }

    /// A mapping, of which `origin` is told when it is empty.
    mutating func mapping(_ key: String, _ origin: Node?, _ body: (inout Builder) -> Void) {
      let inner = Self.build(body)
      entries.append(.init(key: key, value: inner.isEmpty ? .value(.mapping([]), .init(origin)) : .mapping(inner)))
    }

    mutating func value(_ key: String, _ value: ConfigValue, _ origin: Node?) {
      entries.append(.init(key: key, value: .value(value, .init(origin))))
    }

    mutating func parameters(_ key: String, _ value: ConfigValue, _ origin: Node?) {
      guard case .mapping(let entries) = value else { return self.value(key, value, origin) }
      mapping(key, origin) { builder in
        let nodes = origin?.valuesByKey ?? [:]
        for entry in entries { builder.parameters(entry.key, entry.value, nodes[entry.key]) }
      }
    }
  }
}

extension ConfigValue {
  static func strings(_ values: [String]) -> ConfigValue { .sequence(values.map { .string($0) }) }

  /// A number that the schema wants, which needs no `.0` to be told from an integer.
  static func short(_ value: Double) -> ConfigValue {
    value == value.rounded() && abs(value) < 1e15 ? .integer(Int(value)) : .number(value)
  }

  static func seconds(_ value: Double) -> ConfigValue { .string(value.shortText + "s") }
  static func bytes(_ count: Int) -> ConfigValue { .string(ValueReader.sizeText(count)) }
}
