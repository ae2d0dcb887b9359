import ControlCluster
import Testing

@testable import ClusterConfig
@testable import ClusterPlan

/// A change of one property of a config, and the one line that a diff says of it.
struct OneChange: Sendable, CustomTestStringConvertible {
  /// The property as reflection names it; list elements have no names of their own.
  var property: String
  var group: PlanDiff.Group
  var path: String
  var old: String?
  var new: String?
  /// Whether programs of the old one fit the new one.
  var attaches: Bool
  var apply: @Sendable (inout ClusterConfig) -> Void

  init(
    _ property: String, _ group: PlanDiff.Group, _ path: String, _ old: String?, _ new: String?,
    attaches: Bool = true, _ apply: @escaping @Sendable (inout ClusterConfig) -> Void
  ) {
    (self.property, self.group, self.path, self.old, self.new) = (property, group, path, old, new)
    (self.attaches, self.apply) = (attaches, apply)
  }

  /// Of a property that the config calls as we do.
  init(
    _ property: String, _ group: PlanDiff.Group, _ old: String?, _ new: String?, attaches: Bool = true,
    _ apply: @escaping @Sendable (inout ClusterConfig) -> Void
  ) {
    self.init(property, group, property, old, new, attaches: attaches, apply)
  }

  var testDescription: String { "\(path): \(old ?? "-") → \(new ?? "-")" }
}

@Suite("A plan's diff") struct PlanDiffTests {
  /// Every property has a value that can be seen to change.
  static var base: ClusterConfig {
    var config = ClusterConfig.hopper(
      program: .command(
        arguments: ["/bin/mpc", "--fast"], environment: [.init(name: "MODE", value: "a")], directory: "/tmp"),
      buffers: ClusterConfig.Buffer.standard)
    config.dimensions.append(.init(name: "task", value: 6))
    return config
  }

  static func plan(_ config: ClusterConfig) throws -> ClusterPlan { try ClusterPlan(config, configText: "") }

  static let positions = "buffers.robot_state.fields.joint_position"
  static let forces = "buffers.robot_state.fields.contact_force"

  static let changes: [OneChange] = [
    OneChange("name", .topology, "hopper", "skipper") { $0.name = "skipper" },
    OneChange("robot.name", .cosmetic, "hopper", "skipper") { $0.robot.name = "skipper" },
    OneChange("robot.version", .cosmetic, "1.0.0", "1.0.1") { $0.robot.version = "1.0.1" },
    OneChange("robot.base", .behaviour, "floating", "fixed") { $0.robot.base = .fixed },
    OneChange("robot.joints", .layout, "[hip, knee]", "[knee, hip]", attaches: false) { $0.reorderJoints() },
    OneChange("robot.joints", .layout, "[hip, knee]", "[hip, shin]", attaches: false) { $0.renameJoint("shin") },
    OneChange("robot.contacts", .layout, "[foot]", "[toe]", attaches: false) { $0.renameContact("toe") },
    OneChange("robot.mass", .behaviour, "3.5", "3.500000000001") { $0.robot.mass = 3.500000000001 },
    OneChange("robot.urdf", .behaviour, "/robots/hopper.urdf", nil) { $0.robot.urdf = nil },
    OneChange("robot.srdf", .behaviour, nil, "/a.srdf") { $0.robot.srdf = "/a.srdf" },
    OneChange("robot.limits.lower", .behaviour, "robot.limits.hip.position", "[-1, 1.5]", "[-2, 1.5]") {
      $0.robot.limits[0].lower = -2
    },
    OneChange("robot.limits.upper", .behaviour, "robot.limits.knee.position", "unlimited", "[unlimited, 1]") {
      $0.robot.limits[1].upper = 1
    },
    OneChange("robot.limits.velocity", .behaviour, "robot.limits.hip.velocity", "20", "25") {
      $0.robot.limits[0].velocity = 25
    },
    OneChange("robot.limits.effort", .behaviour, "robot.limits.hip.effort", "10", "unlimited") {
      $0.robot.limits[0].effort = nil
    },
    OneChange("robot.homing", .behaviour, "robot.homing.knee", "-0.5", "0") { $0.robot.homing[1] = 0 },
    OneChange("robot.parameters", .behaviour, "robot.parameters.\"a.b\"", nil, "1") {
      $0.robot.parameters = .mapping([.init(key: "a.b", value: .integer(1))])
    },
    OneChange("timing.simulationDt", .behaviour, "timing.simulation_dt", "0.002", "0.001") {
      $0.timing.simulationDt = 0.001
    },
    OneChange("timing.clusterDt", .behaviour, "timing.cluster_dt", "0.02", "0.04") { $0.timing.clusterDt = 0.04 },
    OneChange("horizon.nodes", .behaviour, "31", "61") { $0.horizon.nodes = 61 },
    OneChange("horizon.dt", .behaviour, "0.04", "0.02") { $0.horizon.dt = 0.02 },
    OneChange("controllers.count", .topology, "3", "4") { $0.controllers.count = 4 },
    OneChange("controllers.perProcess", .topology, "controllers.per_process", "1", "2") {
      $0.controllers.perProcess = 2
    },
    OneChange("controllers.program", .topology, "/bin/mpc --fast", "reference") {
      $0.controllers.program = .builtIn("reference")
    },
    OneChange("controllers.program.arguments", .topology, "controllers.program.command", "/bin/mpc --fast", "/bin/mpc")
    {
      $0.controllers.program = .command(
        arguments: ["/bin/mpc"], environment: [.init(name: "MODE", value: "a")], directory: "/tmp")
    },
    OneChange("controllers.program.environment", .topology, "controllers.program.environment.MODE", "a", "b") {
      $0.controllers.program = .command(
        arguments: ["/bin/mpc", "--fast"], environment: [.init(name: "MODE", value: "b")], directory: "/tmp")
    },
    OneChange("controllers.program.directory", .topology, "/tmp", nil) {
      $0.controllers.program = .command(
        arguments: ["/bin/mpc", "--fast"], environment: [.init(name: "MODE", value: "a")], directory: nil)
    },
    OneChange("controllers.threads", .topology, "2", "1") { $0.controllers.threads = 1 },
    OneChange("controllers.placement.cores", .topology, "all", "[2, 3]") {
      $0.controllers.placement.cores = .list([2, 3])
    },
    OneChange("controllers.placement.policy", .topology, "spread", "pin") { $0.controllers.placement.policy = .pin },
    OneChange("controllers.scheduling.policy", .topology, "other", "fifo") {
      $0.controllers.scheduling.policy = .fifo
    },
    OneChange("controllers.scheduling.priority", .topology, "0", "9") { $0.controllers.scheduling.priority = 9 },
    OneChange("controllers.scheduling.nice", .topology, "0", "-5") { $0.controllers.scheduling.nice = -5 },
    OneChange("controllers.restart.policy", .behaviour, "on-failure", "never") {
      $0.controllers.restart.policy = .never
    },
    OneChange("controllers.restart.limit", .behaviour, "5", "1") { $0.controllers.restart.limit = 1 },
    OneChange("controllers.restart.window", .behaviour, "60", "30") { $0.controllers.restart.window = 30 },
    OneChange("controllers.restart.backoff", .behaviour, "0.1", "0") { $0.controllers.restart.backoff = 0 },
    OneChange("controllers.joints", .layout, "[hip, knee]", "[knee, hip]", attaches: false) {
      $0.controllers.joints = ["knee", "hip"]
    },
    OneChange(
      "controllers.parameters", .behaviour, "controllers.parameters.weights", "[1,0.5,true]", "null"
    ) { $0.controllers.parameters = .mapping([.init(key: "weights", value: .null)]) },
    OneChange("controllers.activate", .behaviour, "true", "false") { $0.controllers.activate = false },
    OneChange("controllers.onFailure", .behaviour, "controllers.on_failure", "hold", "stop") {
      $0.controllers.onFailure = .stop
    },
    OneChange("controllers.startupTimeout", .behaviour, "controllers.startup_timeout", "180", "60") {
      $0.controllers.startupTimeout = 60
    },
    OneChange("controllers.solveTimeout", .behaviour, "controllers.solve_timeout", "60", "0.5") {
      $0.controllers.solveTimeout = 0.5
    },
    OneChange("simulator.program", .topology, "stub", "external") { $0.simulator.program = .external },
    OneChange("simulator.steps", .behaviour, "1000", "0") { $0.simulator.steps = 0 },
    OneChange("simulator.realtime", .behaviour, "false", "true") { $0.simulator.realtime = true },
    OneChange("simulator.parameters", .behaviour, "simulator.parameters.gains", nil, "{\"kp\":2.5}") {
      $0.simulator.parameters = .mapping([
        .init(key: "gains", value: .mapping([.init(key: "kp", value: .number(2.5))]))
      ])
    },
    OneChange("dimensions.name", .cosmetic, "dimensions.task", "6", nil) { $0.dimensions.removeLast() },
    OneChange("dimensions.value", .cosmetic, "dimensions.task", "6", "7") { $0.dimensions[4].value = 7 },
    OneChange("buffers.name", .layout, "buffers.wind", "1 field written by the simulator", nil, attaches: false) {
      $0.buffers.remove(at: 2)
    },
    OneChange("buffers.name", .layout, "buffers.extra", nil, "0 fields written by the simulator") {
      $0.buffers.append(.make("extra"))
    },
    OneChange(
      "buffers.name", .layout, "buffers", "[robot_state, commands, wind, …]", "[commands, robot_state, wind, …]"
    ) { $0.buffers.swapAt(0, 1) },
    OneChange("buffers.writer", .layout, "buffers.wind.writer", "simulator", "tool", attaches: false) {
      $0.buffers[2].writer = .tool
    },
    OneChange("buffers.per", .layout, "buffers.wind.per", "cluster", "controller", attaches: false) {
      $0.buffers[2].per = .controller
    },
    OneChange("buffers.sync", .layout, "buffers.status.sync", "latest", "step", attaches: false) {
      $0.buffers[3].sync = .step
    },
    OneChange("buffers.align", .layout, "buffers.commands.align", "4", "64") { $0.buffers[1].align = 64 },
    OneChange("buffers.fields.name", .layout, "buffers.wind.fields.velocity", "f64 [3] m/s", nil, attaches: false) {
      $0.buffers[2].fields = []
    },
    OneChange("buffers.fields.name", .layout, "buffers.robot_state.fields.height", nil, "f32 [1] m") {
      $0.buffers[0].fields.insert(.make("height", [1], unit: "m"), at: 0)
    },
    OneChange(
      "buffers.fields.name", .layout, "buffers.status.fields", "[ok, cost]", "[cost, ok]"
    ) { $0.buffers[3].fields.swapAt(0, 1) },
    OneChange("buffers.fields.dtype", .layout, positions + ".dtype", "f32", "f64", attaches: false) {
      $0.buffers[0].fields[1].dtype = .f64
    },
    OneChange("buffers.fields.shape", .layout, forces + ".shape", "[1, 3]", "[1, 6]", attaches: false) {
      $0.buffers[0].fields[2].shape = [1, 6]
    },
    OneChange("buffers.fields.unit", .layout, positions + ".unit", "rad", "deg", attaches: false) {
      $0.buffers[0].fields[1].unit = "deg"
    },
    OneChange(
      "buffers.fields.convention", .layout,
      "buffers.robot_state.fields.root_orientation.convention", "wxyz", "xyzw", attaches: false
    ) { $0.buffers[0].fields[0].convention = "xyzw" },
    OneChange("buffers.fields.frame", .layout, forces + ".frame", "none", "world") {
      $0.buffers[0].fields[2].frame = "world"
    },
    OneChange("buffers.fields.columns", .layout, positions + ".columns", "[hip, knee]", "[knee, hip]", attaches: false)
    {
      $0.buffers[0].fields[1].columns = ["knee", "hip"]
    },
    OneChange(
      "buffers.fields.columnsAxis", .layout, forces + ".columns", "along axis 0", "along axis 1", attaches: false
    ) {
      $0.buffers[0].fields[2].columnsAxis = 1
    },
    OneChange("buffers.fields.initial", .behaviour, positions + ".initial", "homing", "0") {
      $0.buffers[0].fields[1].initial = .scalar(0)
    },
    OneChange("archive", .cosmetic, "[]", "[/notes.txt]") { $0.archive = ["/notes.txt"] },
  ]

  @Test("one change is one entry in its group, both ways", arguments: changes)
  func oneChange(_ change: OneChange) throws {
    var changed = Self.base
    change.apply(&changed)
    let (old, new) = (try Self.plan(Self.base), try Self.plan(changed))
    let diff = PlanDiff(old: old, new: new)
    let entry = try #require(diff.changes.first)
    #expect(diff.changes.count == 1, "\(diff.text())")
    #expect(entry.group == change.group)
    #expect(entry.path == change.path)
    #expect(entry.old == change.old)
    #expect(entry.new == change.new)
    #expect(diff.attachment.works == change.attaches, "\(diff.attachment)")
    let back = try #require(PlanDiff(old: new, new: old).changes.first)
    #expect((back.group, back.path, back.old, back.new) == (entry.group, entry.path, entry.new, entry.old))
  }

  @Test("every property of a config has its row in the table")
  func everyPropertyIsCovered() {
    // Follows from the two times.
    let derived: Set = ["timing.stepsPerCluster"]
    let covered = Set(Self.changes.map(\.property))
    let found = Self.properties(of: Self.base, "")
    // The reflection reaches the innermost ones.
    #expect(found.isSuperset(of: ["robot.limits.effort", "controllers.restart.backoff", "buffers.fields.columnsAxis"]))
    #expect(found.subtracting(derived).subtracting(covered).isEmpty)
  }

  /// Stored properties down to values that have none, by reflection, so that a new one cannot be forgotten.
  private static func properties(of value: Any, _ path: String) -> Set<String> {
    if value is ConfigValue || value is ClusterConfig.Field.Initial || value is ClusterConfig.Placement.Cores {
      return [path]
    }
    let mirror = Mirror(reflecting: value)
    var found: Set<String> = []
    for child in mirror.children {
      switch mirror.displayStyle {
      case .struct:
        found.formUnion(properties(of: child.value, path.isEmpty ? child.label! : "\(path).\(child.label!)"))
      case .collection where !(child.value is String): found.formUnion(properties(of: child.value, path))
      case .optional where !(child.value is String): found.formUnion(properties(of: child.value, path))
      default: break
      }
    }
    return found.isEmpty ? [path] : found
  }

  @Test("a plan does not differ from itself", arguments: 0..<50 as Range<UInt64>)
  func nothingChanged(seed: UInt64) throws {
    let plan = try Self.plan(.random(seed: seed))
    let diff = PlanDiff(old: plan, new: plan)
    #expect(diff.changes.isEmpty && diff.memory.isEmpty)
    #expect(diff.attachment.verdict == .sameLayout)
  }

  @Test("the verdict is the layouts' and not the changes'", arguments: 0..<200 as Range<UInt64>)
  func verdictOfRandomPlans(seed: UInt64) throws {
    let (old, new) = (try Self.plan(.random(seed: seed)), try Self.plan(.random(seed: seed + 1000)))
    let diff = PlanDiff(old: old, new: new)
    let isThere = old.blueprint.layout.buffers.allSatisfy { buffer in
      guard let other = new.blueprint.layout[buffer: buffer.name] else { return false }
      return buffer.writer == other.writer && buffer.per == other.per && buffer.sync == other.sync
        && buffer.fields.allSatisfy { field in
          guard let counterpart = other[field: field.name] else { return false }
          let isUnitKept = field.unit == counterpart.unit || field.unit.isEmpty || counterpart.unit.isEmpty
          return field.elementType == counterpart.elementType && field.shape == counterpart.shape && isUnitKept
        }
    }
    #expect(diff.attachment.works == isThere)
    if old.blueprint.layout.hash != new.blueprint.layout.hash {
      #expect(diff.attachment.verdict != .sameLayout)
      #expect(!diff.changes.isEmpty)
    }
  }

  @Test("another spelling of a unit is cosmetic, and programs still fit")
  func unitSpelling() throws {
    var (old, new) = (Self.base, Self.base)
    old.buffers[0].fields[1].unit = "N*m"
    new.buffers[0].fields[1].unit = "N·m"
    let diff = PlanDiff(old: try Self.plan(old), new: try Self.plan(new))
    #expect(diff.changes.map(\.group) == [.cosmetic])
    #expect(diff.attachment.verdict == .byName)
  }

  @Test("a joint more is one change, and its fields' shapes follow in memory")
  func aJointMore() throws {
    var changed = Self.base
    changed.addJoint("ankle")
    let diff = PlanDiff(old: try Self.plan(Self.base), new: try Self.plan(changed))
    #expect(diff.changes.map(\.path) == ["robot.joints"])
    #expect(diff.changes.first?.old == "[…, knee] (2)" && diff.changes.first?.new == "[…, knee, ankle] (3)")
    let reshaped = diff.memory.filter { $0.property == .shape }
    #expect(
      reshaped.map { "\($0.buffer).\($0.field ?? "")" } == ["robot_state.joint_position", "commands.joint_position"])
    #expect(diff.attachment.verdict == .needsChange)
    #expect(diff.attachment.reasons.first == "robot_state.joint_position: its shape is [3], not [2]")
  }

  @Test("fields behind a new one are moved, which is told once for each in memory")
  func movedFields() throws {
    var changed = Self.base
    changed.buffers[0].fields.insert(.make("height", [1], unit: "m"), at: 0)
    let diff = PlanDiff(old: try Self.plan(Self.base), new: try Self.plan(changed))
    #expect(diff.memory.map(\.field) == ["root_orientation", "joint_position", "contact_force"])
    #expect(diff.memory.map(\.old) == [[0], [16], [24]])
    #expect(diff.memory.map(\.new) == [[4], [20], [28]])
    #expect(diff.attachment.verdict == .byName)
  }

  @Test("the text is aligned, with one unit for both values")
  func text() throws {
    var changed = Self.base
    changed.robot.mass = 4
    changed.robot.limits[0].effort = nil
    let diff = PlanDiff(old: try Self.plan(Self.base), new: try Self.plan(changed))
    let hash = MapReport.hexadecimal(try Self.plan(Self.base).blueprint.layout.hash)
    #expect(
      diff.text().split(separator: "\n").filter { !$0.hasPrefix("in memory") && !$0.hasPrefix("  total") } == [
        "behaviour",
        "  robot.mass               3.5 → 4 kg",
        "  robot.limits.hip.effort  10 N·m or N → unlimited",
        "✓ same layout: both have the layout \(hash)",
      ])
  }
}

extension ClusterConfig {
  /// As the loader would resolve the same config of another robot.
  fileprivate mutating func setJoints(_ joints: [String]) {
    let old = robot.joints
    robot.joints = joints
    controllers.joints = joints
    dimensions[0].value = joints.count
    for buffer in buffers.indices {
      for field in buffers[buffer].fields.indices where buffers[buffer].fields[field].columns == old {
        buffers[buffer].fields[field].columns = joints
        buffers[buffer].fields[field].shape = [joints.count]
      }
    }
  }

  fileprivate mutating func reorderJoints() {
    setJoints(robot.joints.reversed())
    robot.limits.reverse()
    robot.homing.reverse()
  }

  fileprivate mutating func renameJoint(_ name: String) { setJoints([robot.joints[0], name]) }

  fileprivate mutating func addJoint(_ name: String) {
    setJoints(robot.joints + [name])
    robot.limits.append(JointLimits())
    robot.homing.append(0)
  }

  fileprivate mutating func renameContact(_ name: String) {
    robot.contacts = [name]
    buffers[0].fields[2].columns = [name]
  }
}
