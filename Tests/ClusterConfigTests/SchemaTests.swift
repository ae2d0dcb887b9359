import Testing

@testable import ClusterConfig

@Suite struct SchemaTests {
  /// A key of the schema with its path; the user's own names are `*`.
  private struct Key {
    var path: String
    var schema: ConfigValue
  }

  private static let keys = keys(of: ConfigSchema.value, "")

  private static func keys(of schema: ConfigValue, _ path: String) -> [Key] {
    var found: [Key] = []
    for form in [schema] + (schema["anyOf"]?.elements ?? []) {
      for property in form["properties"]?.entries ?? [] {
        let path = path.isEmpty ? property.key : "\(path).\(property.key)"
        found += [Key(path: path, schema: property.value)] + keys(of: property.value, path)
      }
      if let each = form["additionalProperties"], each["description"] != nil {
        found += [Key(path: path + ".*", schema: each)] + keys(of: each, path + ".*")
      }
    }
    return found
  }

  @Test("every key has a description of whole sentences") func descriptions() {
    #expect(Self.keys.count > 80)
    for key in Self.keys {
      guard case .string(let text)? = key.schema["description"] else {
        Issue.record("\(key.path) has no description")
        continue
      }
      #expect(text.count > 8 && text.hasSuffix(".") && !text.contains("\n"), "\(key.path): \(text)")
    }
  }

  @Test("keys are told once, in the order of the decoder") func order() {
    let top = Self.keys.map(\.path).filter { !$0.contains(".") }
    #expect(
      top == [
        "ccluster", "name", "extends", "robot", "timing", "horizon", "controllers", "simulator", "server",
        "processes", "dimensions", "buffers", "archive", "logs", "runs", "record", "hosts",
      ])
    #expect(Set(Self.keys.map(\.path)).count == Self.keys.count)
  }

  @Test(
    "the decoder and the schema know the same keys",
    arguments: ["", "robot", "controllers", "simulator", "timing", "hosts"])
  func sameKeys(section: String) throws {
    // A key that is nobody's has the valid ones told beside it.
    let path = section.isEmpty ? "" : section + "."
    let problem = try #require(
      Good.problems(Good.smallest, overrides: ["\(path)zzzzzzzzzz=1"]).first { $0.id == .unknownKey })
    let told = try #require(problem.notes.first?.message)
    let own = Self.keys.map(\.path).filter { $0.hasPrefix(path) && $0 != "extends" }.map { $0.dropFirst(path.count) }
    #expect(told == "valid keys: " + own.filter { !$0.contains(".") }.joined(separator: ", "))
  }

  @Test("every default that the schema tells is the decoder's") func defaults() throws {
    let named =
      "\nbuffers: {b: {writer: simulator, fields: {f: {shape: [3]}}}}\nprocesses: {p: {command: [x]}}\nrecord: {}\nhosts: {list: [a, b]}"
    let plain = try Good.load(Good.smallest + named).config
    var checked = 0
    for key in Self.keys where !key.path.hasPrefix("robot.limits") {
      guard let value = key.schema["default"] else { continue }
      let path = key.path.replacing("buffers.*.fields.*", with: "buffers.b.fields.f").replacing(
        "buffers.*", with: "buffers.b"
      ).replacing("processes.*", with: "processes.p")
      let config = try Good.load(Good.smallest + named, overrides: ["\(path)=\(value.flow)"]).config
      #expect(config == plain, "\(key.path): \(value.flow)")
      checked += 1
    }
    #expect(checked > 30)
  }

  @Test("what a whole config must hold is told, and of a part nothing is required") func required() throws {
    let schema = ConfigSchema.value
    #expect(schema["required"] == nil)
    #expect(schema["then"]?["required"] == ["name", "robot", "controllers"])
    #expect(schema["then"]?["properties"]?["robot"]?["required"] == ["joints"])
    #expect(schema["then"]?["properties"]?["controllers"]?["required"] == ["count"])
    let buffer = try #require(schema["then"]?["properties"]?["buffers"]?["additionalProperties"])
    #expect(buffer["required"] == ["writer", "fields"])
    #expect(buffer["properties"]?["fields"]?["additionalProperties"]?["required"] == ["shape"])
  }

  @Test("it is the same each time") func stable() { #expect(ConfigSchema.value == ConfigSchema.value) }
}

extension ConfigValue {
  fileprivate var entries: [Entry] {
    if case .mapping(let entries) = self { entries } else { [] }
  }

  fileprivate var elements: [ConfigValue] {
    if case .sequence(let elements) = self { elements } else { [] }
  }

  fileprivate subscript(key: String) -> ConfigValue? { entries.first { $0.key == key }?.value }

  /// As a `--set` argument has it.
  fileprivate var flow: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value.isEmpty ? "\"\"" : value
    case .sequence(let elements): "[" + elements.map(\.flow).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.key): \($0.value.flow)" }.joined(separator: ", ") + "}"
    }
  }
}
