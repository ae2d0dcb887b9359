import BuiltInPrograms
import ControlCluster
import Testing

@testable import ClusterConfig
@testable import ClusterPlan

@Suite("A plan's diff") struct PlanDiffTests {
  /// Every property has a value that can be seen to change.
  static var base: ClusterConfig {
    var config = ClusterConfig.hopper(
      program: .command(
        arguments: ["/bin/mpc", "--fast"], environment: [.init(name: "MODE", value: "a")], directory: "/tmp"),
      buffers: ClusterConfig.Buffer.standard)
    config.dimensions.append(.init(name: "task", value: 6))
    config.processes = [.make("loader", ready: .exited)]
    config.record = .init(
      buffers: ["robot_state"], rate: .every(1), robots: .byDefault, output: "recording.mcap", placement: .init())
    config.hosts = .init(list: [.init(name: "a", slots: 2), .init(name: "b")])
    return config
  }

  static func plan(_ config: ClusterConfig) throws -> ClusterPlan { try ClusterPlan(config, configText: "") }

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
