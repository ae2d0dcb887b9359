import ClusterConfig
import ControlCluster

/// What differs between two plans, in the words of the config: what `ccluster diff` prints. A pure value.
///
/// A change is told once, where a person would make it. What follows from it elsewhere (the shape of a field over `joints`,
/// the place of the fields behind a new one) is in ``memory``.
public struct PlanDiff: Sendable, Equatable {
  /// What a change means to who runs the cluster, the gravest first.
  public enum Group: String, Sendable, CaseIterable {
    /// Programs must be rebuilt or attached again: what lies in the memory, and what its columns mean.
    case layout
    /// Which processes run what, how many, where and how.
    case topology
    /// What they do, and when.
    case behaviour
    /// Names, versions, spelling, copies of files: no program acts on them.
    case cosmetic
  }

  /// One key that has another value; exactly one of `old` and `new` is `nil` when it was added or removed.
  public struct Change: Sendable, Equatable {
    public var group: Group
    /// As `--set` names it: `robot.limits.FL_hip_joint.velocity`.
    public var path: String
    public var old: String?
    public var new: String?
    /// Of both values, where they are numbers that have one.
    public var unit: String
  }

  /// A number of the memory map that has changed in a buffer or field that both plans have.
  public struct MemoryChange: Sendable, Equatable {
    public enum Property: String, Sendable {
      case rows
      /// Bytes from one row to the next.
      case rowStride = "row_stride"
      /// Bytes of a field from the start of its row.
      case offset
      /// Extents of a field.
      case shape
    }

    public var buffer: String
    /// `nil`: the buffer itself.
    public var field: String?
    public var property: Property
    /// One number, or a shape's extents.
    public var old: [Int]
    public var new: [Int]
  }

  /// In the order of the config.
  public let changes: [Change]
  public let memory: [MemoryChange]
  /// Whether a program that attached to the old one can attach to the new one.
  public let attachment: Attachment
  let layouts: (old: Summary, new: Summary)

  /// What the report says of a layout as a whole.
  struct Summary: Sendable, Equatable {
    var name: String
    var hash: UInt64
    /// Bytes.
    var size: Int

    init(_ layout: ClusterLayout) { (name, hash, size) = (layout.name, layout.hash, layout.size) }
  }

  public init(old: ClusterPlan, new: ClusterPlan) {
    let (before, after) = (old.blueprint.layout, new.blueprint.layout)
    let isSameLayout = before.hash == after.hash
    let pair = ConfigFacts.Pair(
      old: ConfigFacts(old.config, beside: new.config, isSameLayout: isSameLayout).all,
      new: ConfigFacts(new.config, beside: old.config, isSameLayout: isSameLayout).all)
    changes = pair.changes()
    memory = MemoryChange.all(from: before, to: after)
    attachment = Attachment(old: old, new: new)
    layouts = (Summary(before), Summary(after))
  }

  public func changes(in group: Group) -> [Change] { changes.filter { $0.group == group } }

  public static func == (a: PlanDiff, b: PlanDiff) -> Bool {
    a.changes == b.changes && a.memory == b.memory && a.attachment == b.attachment && a.layouts == b.layouts
  }
}

extension PlanDiff.MemoryChange {
  static func all(from old: ClusterLayout, to new: ClusterLayout) -> [Self] {
    let buffers = Dictionary(new.buffers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return old.buffers.flatMap { buffer in
      buffers[buffer.name].map { changes(from: buffer, to: $0) } ?? []
    }
  }

  private static func changes(from old: BufferLayout, to new: BufferLayout) -> [Self] {
    var changes: [Self] = []
    func compare(_ field: String?, _ property: Property, _ old: [Int], _ after: [Int]) {
      guard old != after else { return }
      changes.append(Self(buffer: new.name, field: field, property: property, old: old, new: after))
    }
    compare(nil, .rows, [old.rows], [new.rows])
    compare(nil, .rowStride, [old.rowStride], [new.rowStride])
    let fields = Dictionary(new.fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for field in old.fields {
      guard let counterpart = fields[field.name] else { continue }
      compare(field.name, .shape, field.shape, counterpart.shape)
      compare(field.name, .offset, [field.offset], [counterpart.offset])
    }
    return changes
  }
}
