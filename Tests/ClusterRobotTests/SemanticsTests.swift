import ClusterConfig
import Testing

@testable import ClusterRobot

/// What comes from the SRDF and the options: base, homing, contacts.
@Suite struct SemanticsTests {
  static let arm = robot(["base", "l1", "l2"], joint("shoulder", "base", "l1"), joint("elbow", "l1", "l2"))

  static func srdf(_ content: String) -> String { "<robot name=\"r\">\(content)</robot>" }

  static func state(_ name: String, _ joints: [String: String]) -> String {
    let joints = joints.sorted { $0.key < $1.key }.map { "<joint name=\"\($0.key)\" value=\"\($0.value)\"/>" }
    return "<group_state name=\"\(name)\" group=\"all\">\(joints.joined())</group_state>"
  }

  static func virtual(_ type: String) -> String {
    "<virtual_joint name=\"world_joint\" type=\"\(type)\" parent_frame=\"world\" child_link=\"base\"/>"
  }

  // MARK: Base

  @Test("the base is what the virtual joint says", arguments: ["floating", "fixed"])
  func virtualJoint(type: String) throws {
    #expect(try imported(Self.arm, srdf: Self.srdf(Self.virtual(type)), base: nil).base.rawValue == type)
  }

  @Test("the option has the last word on the base")
  func option() throws {
    #expect(try imported(Self.arm, srdf: Self.srdf(Self.virtual("floating")), base: .fixed).base == .fixed)
    #expect(try imported(Self.arm, srdf: Self.srdf(Self.virtual("planar")), base: .floating).base == .floating)
  }

  @Test("a planar base has to be decided")
  func planar() {
    #expect(problems { try imported(Self.arm, srdf: Self.srdf(Self.virtual("planar")), base: nil) } == ["unknown-base"])
  }

  @Test("a pose that places root_joint in space makes the base float")
  func rootJoint() throws {
    let srdf = Self.srdf(Self.state("standing", ["root_joint": "0 0 0.5 0 0 0 1", "elbow": "0.5"]))
    let result = try imported(Self.arm, srdf: srdf, base: nil)
    #expect(result.base == .floating)
    #expect(result.joints.map(\.homing) == [0, 0.5])
  }

  @Test("a floating joint between the root and all the rest is the base, and no column")
  func floatingJoint() throws {
    let urdf = robot(
      ["odom", "base", "l1"], joint("free", "odom", "base", type: "floating", ""), joint("j", "base", "l1"))
    let result = try imported(urdf, base: nil)
    #expect(result.base == .floating)
    #expect(result.joints.map(\.name) == ["j"])
  }

  @Test("a root called world holds the robot")
  func world() throws {
    #expect(try imported(robot(["world", "a"], joint("j", "world", "a")), base: nil).base == .fixed)
  }

  @Test("a base that nothing tells of has to be said")
  func unknownBase() {
    #expect(problems { try imported(Self.arm, base: nil) } == ["unknown-base"])
  }

  // MARK: Homing

  @Test("the only group state is the homing")
  func onlyState() throws {
    let result = try imported(Self.arm, srdf: Self.srdf(Self.state("odd", ["shoulder": "-0.5", "elbow": "1."])))
    #expect(result.pose == "odd")
    #expect(result.joints.map(\.homing) == [-0.5, 1])
  }

  @Test("among several the usual names come first", arguments: ImportedRobot.usualPoses)
  func usual(name: String) throws {
    let states =
      Self.state("a", ["elbow": "0.1"]) + Self.state(name, ["elbow": "0.2"]) + Self.state("z", ["elbow": "0.3"])
    let result = try imported(Self.arm, srdf: Self.srdf(states))
    #expect(result.pose == name)
    #expect(result.joints[1].homing == 0.2)
  }

  @Test("among several without a usual name one has to be chosen, and can be")
  func choice() throws {
    let srdf = Self.srdf(Self.state("tucked", ["elbow": "0.1"]) + Self.state("spread", ["elbow": "0.2"]))
    #expect(problems { try imported(Self.arm, srdf: srdf) } == ["unknown-pose"])
    #expect(try imported(Self.arm, srdf: srdf, homing: "spread").joints[1].homing == 0.2)
    #expect(problems { try imported(Self.arm, srdf: srdf, homing: "spred") } == ["unknown-pose"])
    #expect(problems { try imported(Self.arm, homing: "spread") } == ["unknown-pose"])
  }

  @Test("states of one name in several groups are one pose")
  func severalGroups() throws {
    let srdf = Self.srdf(Self.state("home", ["shoulder": "0.1"]) + Self.state("home", ["elbow": "0.2"]))
    #expect(try imported(Self.arm, srdf: srdf).joints.map(\.homing) == [0.1, 0.2])
    let conflict = Self.srdf(Self.state("home", ["elbow": "0.1"]) + Self.state("home", ["elbow": "0.2"]))
    #expect(problems { try imported(Self.arm, srdf: conflict) } == ["duplicate-name"])
  }

  @Test("a homing outside the limits becomes the nearest one inside, is told, and is noted in the file")
  func outside() throws {
    let result = try imported(Self.arm, srdf: Self.srdf(Self.state("home", ["shoulder": "-1.5", "elbow": "1"])))
    #expect(result.joints.map(\.homing) == [-1, 1])
    #expect(result.joints.map(\.homingOutside) == [-1.5, nil])
    #expect(result.warnings.map(\.id) == [.homingOutsideLimits])
    #expect(result.warnings[0].location.file == "/robot.srdf")
    #expect(result.yaml(command: "x").contains("    shoulder: -1  # the nearest to -1.5 inside the limits\n"))
  }

  @Test("without a pose, where 0 is outside the limits, the nearest position inside is taken")
  func zeroOutside() throws {
    let limit = "<limit lower=\"-2.5\" upper=\"-0.5\" velocity=\"1\" effort=\"1\"/>"
    let result = try imported(robot(["a", "b"], joint("knee", "a", "b", limit)))
    #expect(result.joints[0].homing == -0.5)
    #expect(result.warnings.map(\.id) == [.homingOutsideLimits])
    #expect(result.warnings[0].location.file == "/robot.urdf")
  }

  @Test("a pose may name fixed and mimic joints, and may not name what the URDF lacks")
  func namesInPoses() throws {
    let urdf = robot(
      ["a", "b", "c", "d"], joint("j", "a", "b"), joint("f", "a", "c", type: "fixed", ""),
      joint("m", "a", "d", "<limit lower=\"0\" upper=\"1\" velocity=\"1\" effort=\"1\"/><mimic joint=\"j\"/>"))
    let known = Self.srdf(Self.state("home", ["j": "0.5", "f": "7", "m": "7"]))
    #expect(try imported(urdf, srdf: known).joints.map(\.homing) == [0.5])
    #expect(problems { try imported(urdf, srdf: Self.srdf(Self.state("home", ["jj": "0"]))) } == ["unknown-joint"])
  }

  @Test("only the pose that is taken is looked at")
  func otherPoses() throws {
    let srdf = Self.srdf(Self.state("home", ["elbow": "0.5"]) + Self.state("other", ["gripper": "open"]))
    #expect(try imported(Self.arm, srdf: srdf).joints[1].homing == 0.5)
    #expect(problems { try imported(Self.arm, srdf: srdf, homing: "other") } == ["unknown-joint"])
  }

  // MARK: Contacts

  static let ends = srdf(
    "<end_effector name=\"2\" parent_link=\"l2\" group=\"g\"/><end_effector name=\"1\" parent_link=\"l1\" group=\"h\"/>"
  )

  @Test("a floating robot stands on its end effectors, in kinematic order; a fixed one does not")
  func endEffectors() throws {
    #expect(try imported(Self.arm, srdf: Self.ends).contacts == ["l1", "l2"])
    #expect(try imported(Self.arm, srdf: Self.ends, base: .fixed).contacts == [])
    #expect(
      problems { try imported(Self.arm, srdf: Self.srdf("<end_effector name=\"1\" parent_link=\"l3\"/>")) } == [
        "unknown-link"
      ])
  }

  @Test("contacts that are named are taken in their order, whatever the base")
  func named() throws {
    #expect(try imported(Self.arm, srdf: Self.ends, base: .fixed, contacts: "l2,l1").contacts == ["l2", "l1"])
    #expect(try imported(Self.arm, srdf: Self.ends, contacts: "").contacts == [])
  }

  @Test("a contact that is no link is refused, with its place on the command line; so is one named twice")
  func wrongContacts() {
    let error = #expect(throws: ConfigError.self) { try imported(Self.arm, base: nil, contacts: "l1,l3,l1") }
    let first = error?.diagnostics.first { $0.id == .unknownLink && $0.location.isOverride }
    #expect(first?.location.file == "--contacts l1,l3,l1")
    #expect(first?.location.start.column == 4 && first?.location.end.column == 6)
    #expect(error?.diagnostics.map(\.id).contains(.duplicateName) == true)
  }

  @Test("a comma with no contact on one of its sides is told at it", arguments: ["l1,", ",l1", ",", "l1,,l2"])
  func missingContact(contacts: String) throws {
    let error = #expect(throws: ConfigError.self) { try imported(Self.arm, contacts: contacts) }
    let first = try #require(error?.diagnostics.first)
    #expect(first.id == .unknownLink && first.location.isOverride)
    #expect(Array(contacts)[first.location.start.column - 1] == ",")
  }

  // MARK: Name

  @Test("the robot's name is the URDF's, or the option's")
  func name() throws {
    #expect(try imported(Self.arm).name == "r")
    #expect(try imported(Self.arm, name: "mine").name == "mine")
    #expect(problems { try imported("<robot><link name=\"a\"/></robot>") } == ["missing-key"])
    #expect(problems { try imported(Self.arm, name: "") } == ["missing-key"])
    #expect(try imported("<robot><link name=\"a\"/></robot>", name: "mine").joints.isEmpty)
  }
}
