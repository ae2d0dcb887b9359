import ClusterConfig
import Testing

@testable import ClusterRobot

/// The text that an import writes is a config, of the same values.
@Suite struct YAMLTests {
  @Test("names that YAML would read otherwise are in quotes, and comments stay in their lines")
  func oddNames() throws {
    let odd = ["no", "1.0", "a: b", "- x", "#", "é", "${HOME}", "it's \"q\""]
    let links = ["root"] + odd.map { "l\($0)" }
    func escaped(_ text: String) -> String { text.replacing("\"", with: "&quot;") }
    let joints = odd.map { joint(escaped($0), "root", escaped("l\($0)")) }
    let result = try imported(robot(links.map(escaped), joints.joined()), contacts: "l- x")
    #expect(result.joints.map(\.name) == odd)
    let config = try Self.loaded(result.yaml(command: "x"))
    #expect(config.joints == odd)
    #expect(config.contacts == ["l- x"])
    #expect(config.homing == [Double](repeating: 0, count: odd.count))
  }

  @Test(
    "numbers are read back as they were",
    arguments: ["3.56617e-13", "-1.", "+.5", "1e-7", "12345678901234567890", "0.1"])
  func numbers(text: String) throws {
    let limit = "<limit lower=\"-1e30\" upper=\"1e30\" velocity=\"1\" effort=\"1\"/>"
    let srdf = "<robot><group_state name=\"home\"><joint name=\"j\" value=\" \(text) \"/></group_state></robot>"
    let result = try imported(robot(["a", "b"], joint("j", "a", "b", limit)), srdf: srdf)
    #expect(result.joints[0].homing == Double(text))
    #expect(try Self.loaded(result.yaml(command: "x")).homing == [Double(text)!])
  }

  @Test("what YAML cannot hold is replaced in comments, where names and the command stand")
  func oddComments() throws {
    let odd = "a&#x7F;&#x85;&#x2028;&#xFEFF;b"
    let srdf = "<robot><group_state name=\"\(odd)\"/><passive_joint name=\"\(odd)\"/></robot>"
    let result = try imported(robot(["a", "b"], joint(odd, "a", "b")), srdf: srdf)
    let text = result.yaml(command: "x \n\u{FFFF}")
    #expect(text.hasPrefix("# Written by: x \u{FFFD}\u{FFFD}\n"))
    #expect(try Self.loaded(text).joints == [])
  }

  @Test("a robot without joints is written and read")
  func noJoints() throws {
    let result = try imported("<robot name=\"drone\"><link name=\"a\"/></robot>")
    #expect(try Self.loaded(result.yaml(command: "x")).joints == [])
  }

  @Test("joints of a limb share a line, and all lines are short")
  func rows() throws {
    let names = (0..<30).map { "a_joint_with_a_long_name_\($0)" }
    let joints = names.enumerated().map { joint($1, "\($0)", "\($0 + 1)") } + [joint("head", "0", "head")]
    let text = try imported(robot((0...30).map(String.init) + ["head"], joints.joined())).yaml(command: "x")
    let lines = text.split(separator: "\n")
    #expect(lines.contains("      head,"))
    #expect(lines.allSatisfy { $0.count <= 112 })
    #expect(try Self.loaded(text).joints == names + ["head"])
  }

  private static func loaded(_ robot: String) throws -> ClusterConfig.Robot {
    let rest = "ccluster: 1\nname: x\ncontrollers: {count: 1}\n"
    let surroundings = ConfigSurroundings(files: ["/robot.yaml": Array((rest + robot).utf8)])
    return try ClusterConfig.load(path: "/robot.yaml", surroundings: surroundings).config.robot
  }
}
