import BuiltInPrograms
import Testing

@testable import ClusterConfig

@Suite("Keys of the config language")
struct KeyTests {
  private static let keys = ConfigSchema.keys + BuiltInProgram.allCases.flatMap(ConfigSchema.parameters)

  @Test("every key has a type, a meaning, and a word on what its absence means") func complete() {
    #expect(Self.keys.count > 80)
    for key in Self.keys {
      let name = key.path.joined(separator: ".")
      #expect(!key.type.isEmpty, "\(name) has no type")
      #expect(key.meaning.hasSuffix("."), "\(name) has no meaning")
      if case .meaning(let words) = key.absence { #expect(!words.isEmpty, "\(name): what if it is absent?") }
    }
  }

  @Test("every number has a unit, and nothing else has one") func units() {
    var checked = 0
    func check(_ object: SchemaObject, _ path: String) {
      for (name, node) in object.properties + (object.named.map { [($0.placeholder, $0.value)] } ?? []) {
        let path = "\(path).\(name)"
        // A field's short form is a shape, whose unit stands at the long one.
        if !path.hasSuffix(".FIELD") { #expect(node.unitText.isEmpty != node.isNumeric, "\(path): \(node.unitText)") }
        checked += 1
        for case .object(let inner) in node.forms { check(inner, path) }
      }
    }
    check(ConfigSchema.recorded, "")
    #expect(checked == ConfigSchema.keys.count)
  }

  @Test("every number that a built-in program takes has a unit") func parameterUnits() {
    func check(_ parameters: [Parameter], _ path: String) {
      for parameter in parameters {
        let isNumeric: Bool
        switch parameter.kind {
        case .section(let inner):
          isNumeric = false
          check(inner, "\(path).\(parameter.key)")
        case .choice: isNumeric = false
        case .number, .count, .perJoint: isNumeric = true
        }
        #expect(parameter.unit.isEmpty != isNumeric, "\(path).\(parameter.key)")
      }
    }
    for program in BuiltInProgram.allCases { check(program.parameters, program.rawValue) }
  }

  @Test("types, units and defaults are those of the decoder")
  func examples() throws {
    func row(_ path: String) throws -> [String] {
      let key = try #require(Self.keys.first { $0.path.joined(separator: ".") == path })
      return [key.type, key.unit, "\(key.absence)"]
    }
    #expect(try row("robot.joints") == ["[text (not empty), …]", "", "required"])
    #expect(try row("robot.mass") == ["number ≥ 0", "kg", "value(ClusterConfig.ConfigValue.integer(0))"])
    #expect(try row("robot.name") == ["text (not empty)", "", "meaning(\"the cluster\\'s name\")"])
    #expect(
      try row("robot.limits.JOINT.position")
        == ["[number or `null`, …] (exactly 2)", "rad or m", "meaning(\"unlimited\")"])
    #expect(
      try row("controllers.restart.window")
        == ["time", "us, ms, s, min, h", "value(ClusterConfig.ConfigValue.string(\"60s\"))"])
    #expect(try row("controllers") == ["mapping", "", "required"])
    #expect(try row("timing") == ["mapping", "", "value(ClusterConfig.ConfigValue.mapping([]))"])
    #expect(try row("simulator.command")[2] == "meaning(\"what `program` says\")")
    #expect(try row("buffers.BUFFER.sync")[0] == "`step` or `latest`")
  }
}
