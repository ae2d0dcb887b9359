import Glibc
import Testing

@testable import ClusterConfig

/// `${env:NAME}` in values.
@Suite struct VariableTests {
  private static let environment = [
    "N": "3", "WORD": "knee", "EMPTY": "", "LIST": "[1, 2]", "NULL": "null", "HEX": "0x10",
  ]

  private func load(_ text: String, overrides: [String] = [], limits: ConfigLimits = ConfigLimits()) throws
    -> ResolvedConfig
  {
    try Files.withTemporaryDirectory { directory in
      mkdir(directory + "/knee", 0o700)
      Files.write("robot: {mass: 7}\n".utf8, to: directory + "/knee/base.yaml")
      Files.write(text.utf8, to: directory + "/cluster.yaml")
      return try ClusterConfig.load(
        path: directory + "/cluster.yaml", overrides: overrides,
        surroundings: .init(environment: { Self.environment[$0] }), limits: limits)
    }
  }

  /// `robot.parameters.x`, written as `text`.
  private func value(_ text: String) throws -> ConfigValue? {
    let config = try load("robot:\n  joints: [a]\n  parameters:\n    x: \(text)\nname: a\ncontrollers: {count: 1}")
      .config
    guard case .mapping(let entries) = config.robot.parameters else { return nil }
    return entries.first?.value
  }

  @Test(
    "one expression alone is read like the text that it stands for; with anything beside it, or in quotes, it is text",
    arguments: [
      ("${env:N}", .integer(3)), ("${env:HEX}", .integer(16)), ("'${env:N}'", .string("3")),
      ("${env:N}0", .string("30")), ("v${env:N}.${env:N}", .string("v3.3")), ("${env:LIST}", .string("[1, 2]")),
      ("${env:NO:-2.5}", .number(2.5)), ("${env:NO:-true}", .bool(true)), ("${env:N:-4}", .integer(3)),
      ("${env:EMPTY:-4}", .integer(4)), ("${env:EMPTY}", .string("")), ("${env:NO:-}", .string("")),
      ("${env:NO:-a:-b}", .string("a:-b")), ("${env:NO:-/a/${env:N}", .string("/a/${env:N")),
      ("$${env:NO}", .string("${env:NO}")), ("$$${env:NO}", .string("$${env:NO}")), ("$N", .string("$N")),
      ("a$$b$", .string("a$$b$")), (#""\x24{env:N}""#, .string("3")), ("$${${env:N}", .string("${3")),
    ] as [(String, ConfigValue)])
  func values(text: String, expected: ConfigValue) throws { #expect(try value(text) == expected) }

  @Test("an environment's null is the null of YAML") func null() throws { #expect(try value("${env:NULL}") == nil) }

  @Test("expressions work in extends, lists, extents and overrides, and the origin names the variable")
  func everywhere()
    throws
  {
    let resolved = try load(
      """
      extends: "${env:WORD}/base.yaml"
      name: demo
      robot: {joints: [hip, "${env:WORD}", "${env:WORD}2"], contacts: [foot]}
      controllers:
        count: ${env:N}
      buffers: {b: {writer: simulator, fields: {x: ["${env:N} * joints"]}}}
      """, overrides: ["horizon.nodes=${env:HEX}", "horizon.dt=0.5"])
    #expect(resolved.config.robot.joints == ["hip", "knee", "knee2"])
    #expect(resolved.config.robot.mass == 7)
    #expect(resolved.config.controllers.count == 3)
    #expect(resolved.config.horizon.nodes == 16)
    #expect(resolved.config.buffers[0].fields[0].shape == [9])
    let lines = resolved.yaml(withOrigins: true).split(separator: "\n")
    func origin(_ line: String) -> Substring? { lines.first { $0.hasPrefix(line) }?.split(separator: "# ").last }
    #expect(origin("  count: 3")?.hasSuffix("/cluster.yaml:5, $N") == true)
    #expect(origin("  joints: ")?.hasSuffix("/cluster.yaml:3, $WORD") == true)
    #expect(origin("  contacts: ")?.hasSuffix("/cluster.yaml:3") == true)
    #expect(origin("  nodes: 16") == "--set, $HEX")
    #expect(origin("  dt: 0.5") == "--set")
  }

  @Test("what the environment adds is limited") func limits() {
    var limits = ConfigLimits()
    let text = "name: a\nrobot: {joints: [\(Array(repeating: "'${env:WORD}'", count: 8).joined(separator: ", "))]}"
    limits.fileSize = text.utf8.count
    let error = #expect(throws: ConfigError.self) {
      try Files.withTemporaryDirectory { directory in
        Files.write(text.utf8, to: directory + "/cluster.yaml")
        _ = try ClusterConfig.load(
          path: directory + "/cluster.yaml",
          surroundings: .init(environment: { _ in String(repeating: "x", count: text.utf8.count / 7) }), limits: limits)
      }
    }
    #expect(error?.diagnostics.map(\.id) == [.tooLarge])
  }
}
