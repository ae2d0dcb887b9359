import ClusterConfig
import ControlCluster

/// Whether a program that attached to one cluster, and knows its fields by name, can attach to another without change.
public struct Attachment: Sendable, Equatable {
  public enum Verdict: String, Sendable, CaseIterable {
    /// The layout hashes are equal: even offsets that were compiled in are right.
    case sameLayout = "same layout"
    /// Every field is there with the same dtype, shape, columns and meaning, possibly elsewhere in the memory.
    case byName = "attach by name works"
    case needsChange = "programs must be changed"
  }

  public let verdict: Verdict
  /// Sentences without full stop; of `needsChange` one for each thing that a program would miss or misread.
  public let reasons: [String]

  /// Whether programs need no change.
  public var works: Bool { verdict != .needsChange }

  /// Two layouts that are equal in everything that a program relies on have the same hash, but not what controllers see of
  /// it: their rows hold `controllers.joints`, in that order.
  init(old: ClusterPlan, new: ClusterPlan) {
    let (before, after) = (old.blueprint.layout, new.blueprint.layout)
    var obstacles = Self.obstacles(from: before, to: after)
    let joints = (old.config.controllers.joints, new.config.controllers.joints)
    if joints.0 != joints.1, !ConfigFacts.followJoints(old.config, new.config) {
      obstacles.append("controllers.joints: controllers see other joints, or in another order")
    }
    if !obstacles.isEmpty {
      (verdict, reasons) = (.needsChange, obstacles)
    } else if before.hash == after.hash {
      (verdict, reasons) = (.sameLayout, ["both have the layout \(MapReport.hexadecimal(before.hash))"])
    } else {
      let count = before.buffers.reduce(0) { $0 + $1.fields.count }
      let added = after.buffers.reduce(0) { $0 + $1.fields.count } - count
      let fields = count == 1 ? "the field is" : "all \(Quantity.thousands(count)) fields are"
      let more = added > 0 ? ", beside \(Quantity.thousands(added)) new" : ""
      (verdict, reasons) = (.byName, ["\(fields) there with the same dtype, shape and columns\(more)"])
    }
  }

  private static func obstacles(from old: ClusterLayout, to new: ClusterLayout) -> [String] {
    let buffers = Dictionary(new.buffers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return old.buffers.flatMap { buffer -> [String] in
      guard let counterpart = buffers[buffer.name] else {
        return ["\(buffer.name): the buffer is gone, with \(Quantity.count(buffer.fields.count, "field"))"]
      }
      return obstacles(from: buffer, to: counterpart)
    }
  }

  private static func obstacles(from old: BufferLayout, to new: BufferLayout) -> [String] {
    var obstacles: [String] = []
    func compare(_ what: String, _ before: String, _ after: String) {
      if before != after { obstacles.append("\(old.name): \(what) \(after), not \(before)") }
    }
    compare("it is written by the", old.writer.name, new.writer.name)
    compare("it has a row per", old.per.name, new.per.name)
    compare("it is handed over as", old.sync.name, new.sync.name)
    let fields = Dictionary(new.fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for field in old.fields {
      let path = "\(old.name).\(field.name)"
      if let counterpart = fields[field.name] {
        obstacles += Self.obstacles(from: field, to: counterpart).map { "\(path): \($0)" }
      } else {
        obstacles.append("\(path): the field is gone")
      }
    }
    return obstacles
  }

  /// What was not declared cannot be relied on, so that a unit, a convention, a frame or columns may be added.
  private static func obstacles(from old: FieldLayout, to new: FieldLayout) -> [String] {
    var obstacles: [String] = []
    if old.elementType != new.elementType {
      obstacles.append("it holds \(new.elementType.name), not \(old.elementType.name)")
    }
    if old.shape != new.shape {
      obstacles.append("its shape is \(Words.numbers(new.shape)), not \(Words.numbers(old.shape))")
    }
    let isRenamed = old.columns != new.columns && old.shape == new.shape
    if !old.columns.isEmpty, isRenamed || old.columnsAxis != new.columnsAxis {
      obstacles.append("its columns have other names, or another order")
    }
    if !Words.isSameUnit(old.unit, new.unit), !old.unit.isEmpty, !new.unit.isEmpty {
      obstacles.append("its unit is \(new.unit), not \(old.unit)")
    }
    for (what, before, after) in [("convention", old.convention, new.convention), ("frame", old.frame, new.frame)]
    where before != after && !before.isEmpty && !after.isEmpty {
      obstacles.append("its \(what) is \(after), not \(before)")
    }
    return obstacles
  }
}
