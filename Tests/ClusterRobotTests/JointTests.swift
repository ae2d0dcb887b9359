import ClusterConfig
import Testing

@testable import ClusterRobot

/// Which joints become columns, in which order, with which limits.
@Suite struct JointTests {
  @Test("joints are in kinematic order: depth first, the children of a link in the order of the file")
  func order() throws {
    let urdf = robot(
      ["a", "b", "c", "d", "e", "f"],
      joint("late", "c", "d"), joint("second", "a", "e"), joint("first", "a", "b"), joint("under first", "b", "c"),
      joint("under second", "e", "f"))
    let result = try imported(urdf)
    #expect(result.joints.map(\.name) == ["second", "under second", "first", "under first", "late"])
    #expect(result.joints.map(\.beginsChain) == [true, false, true, false, false])
  }

  @Test("the order of links in the file does not matter, nor where in it the root stands")
  func rootAnywhere() throws {
    let urdf = robot(["c", "b", "a"], joint("2", "b", "c"), joint("1", "a", "b"))
    #expect(try imported(urdf).joints.map(\.name) == ["1", "2"])
  }

  @Test("fixed joints are passed over, and what hangs on them is not")
  func fixed() throws {
    let urdf = robot(["a", "b", "c"], joint("f", "a", "b", type: "fixed", ""), joint("j", "b", "c"))
    let result = try imported(urdf)
    #expect(result.joints.map(\.name) == ["j"])
    #expect(result.omitted.isEmpty)
  }

  @Test("joints that mimic others are left out and named")
  func mimic() throws {
    let limit = "<limit lower=\"0\" upper=\"1\" velocity=\"1\" effort=\"1\"/>"
    let urdf = robot(
      ["a", "b", "c"], joint("finger", "a", "b"),
      joint("other", "a", "c", limit + "<mimic joint=\"finger\" multiplier=\"-1\"/>"))
    let result = try imported(urdf)
    #expect(result.joints.map(\.name) == ["finger"])
    #expect(result.omitted.map(\.name) == ["other"])
    #expect(result.omitted.map(\.why) == [.mimic])
    #expect(result.yaml(command: "x").contains("# Not in, for they follow others: other.\n"))
  }

  @Test("joints that the SRDF calls passive are left out and named, whatever they can do")
  func passive() throws {
    let urdf = robot(
      ["a", "b", "c", "d"], joint("j", "a", "b"), joint("caster", "a", "c", type: "continuous", ""),
      joint("ball", "a", "d", type: "floating", ""))
    let srdf = "<robot><passive_joint name=\"caster\"/><passive_joint name=\"ball\"/></robot>"
    let result = try imported(urdf, srdf: srdf)
    #expect(result.joints.map(\.name) == ["j"])
    #expect(result.omitted.map(\.name) == ["caster", "ball"])
    #expect(result.omitted.map(\.why) == [.passive, .passive])
  }

  @Test("a passive joint that is also fixed is no news")
  func passiveFixed() throws {
    let urdf = robot(["a", "b"], joint("f", "a", "b", type: "fixed", ""))
    let result = try imported(urdf, srdf: "<robot><passive_joint name=\"f\"/></robot>")
    #expect(result.joints.isEmpty && result.omitted.isEmpty)
  }

  @Test("an inner joint of several coordinates is refused", arguments: ["floating", "planar"])
  func severalCoordinates(type: String) {
    let urdf = robot(["a", "b", "c"], joint("j", "a", "b"), joint("ball", "b", "c", type: type, ""))
    #expect(problems { try imported(urdf) } == ["joint-type"])
  }

  @Test("limits are taken over as they are, without those of the safety controller")
  func limits() throws {
    let rest = """
      <limit lower="-1.25" upper="2" velocity="3" effort="4e1"/>
      <safety_controller soft_lower_limit="-1" soft_upper_limit="1" k_position="1" k_velocity="1"/>
      """
    let limits = try imported(robot(["a", "b"], joint("j", "a", "b", rest))).joints[0].limits
    #expect(limits.lower == -1.25 && limits.upper == 2 && limits.velocity == 3 && limits.effort == 40)
  }

  @Test("a prismatic joint has limits as a revolute one has")
  func prismatic() throws {
    let rest = "<limit lower=\"0\" upper=\"0.04\" velocity=\"0.2\" effort=\"100\"/>"
    let limits = try imported(robot(["a", "b"], joint("j", "a", "b", type: "prismatic", rest))).joints[0].limits
    #expect(limits.lower == 0 && limits.upper == 0.04)
  }

  @Test("a continuous joint has no position limits, and needs none of the others")
  func continuous() throws {
    let urdf = robot(
      ["a", "b", "c"], joint("bare", "a", "b", type: "continuous", ""),
      joint("limited", "a", "c", type: "continuous", "<limit lower=\"-1\" upper=\"1\" velocity=\"2\" effort=\"3\"/>"))
    let result = try imported(urdf)
    let (bare, limited) = (result.joints[0].limits, result.joints[1].limits)
    #expect(bare == ClusterConfig.JointLimits.unlimited)
    #expect(limited.lower == nil && limited.upper == nil && limited.velocity == 2 && limited.effort == 3)
    #expect(result.warnings.isEmpty)
  }

  @Test("0 as a limit counts as not filled in, and is told at its place")
  func placeholders() throws {
    let result = try imported(
      robot(["a", "b"], joint("j", "a", "b", "<limit lower=\"0\" upper=\"0\" velocity=\"0\" effort=\"-1\"/>")))
    #expect(result.joints[0].limits == .unlimited)
    #expect(result.warnings.map(\.id) == [.placeholderLimit, .placeholderLimit, .placeholderLimit])
    #expect(result.warnings.allSatisfy { $0.severity == .warning && $0.location.start.line == 2 })
  }

  @Test("a lower limit that is missing is 0, as the specification of URDF has it")
  func missingLower() throws {
    let rest = "<limit upper=\"1\" velocity=\"2\" effort=\"3\"/>"
    let limits = try imported(robot(["a", "b"], joint("j", "a", "b", rest))).joints[0].limits
    #expect(limits.lower == 0 && limits.upper == 1)
  }

  @Test("the mass is the sum over all links, without the digits that binary addition brings in")
  func mass() throws {
    let links = (0..<10).map { "<link name=\"\($0)\"><inertial><mass value=\"0.1\"/></inertial></link>" }
    let joints = (1..<10).map { joint("j\($0)", "0", "\($0)", type: "fixed", "") }
    let result = try imported(
      "<robot name=\"r\">\(links.joined())<link name=\"x\"/>\(joints.joined())\(joint("x", "0", "x"))</robot>")
    #expect(result.mass == 1)
  }

  @Test("masses that add up to more than a number holds are refused")
  func infiniteMass() {
    let link = "<inertial><mass value=\"1e308\"/></inertial></link>"
    let urdf = "<robot name=\"r\"><link name=\"a\">\(link)<link name=\"b\">\(link)\(joint("j", "a", "b"))</robot>"
    #expect(problems { try imported(urdf) } == ["out-of-range"])
  }

  @Test("an error is told behind more warnings than are shown")
  func errorBehindWarnings() {
    let zero = "<limit lower=\"0\" upper=\"0\" velocity=\"0\" effort=\"0\"/>"
    let crossed = "<limit lower=\"1\" upper=\"-1\" velocity=\"1\" effort=\"1\"/>"
    let joints = (1...40).map { joint("j\($0)", "\($0 - 1)", "\($0)", $0 < 40 ? zero : crossed) }
    #expect(problems { try imported(robot((0...40).map(String.init), joints.joined())) } == ["limit-order"])
  }

  @Test("a chain of 5,000 links is imported")
  func longChain() throws {
    let joints = (1..<5_000).map { joint("j\($0)", "\($0 - 1)", "\($0)") }
    let result = try imported(robot((0..<5_000).map(String.init), joints.joined()))
    #expect(result.joints.count == 4_999)
    #expect(result.joints.last?.name == "j4999")
  }
}

extension ClusterConfig.JointLimits {
  fileprivate static let unlimited = ClusterConfig.JointLimits()
}
