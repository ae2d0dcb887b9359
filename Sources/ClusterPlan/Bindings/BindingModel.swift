import ClusterConfig
import ControlCluster

/// What bindings say, in the words of no language: the memory map, with every name spelled as generated code spells it.
struct BindingModel {
  /// The cluster's.
  let name: String
  /// What the generated names start with, or are in.
  let identifier: String
  let hash: UInt64
  let controllers: Int
  let buffers: [BoundBuffer]
  /// Every list of names that a field's columns have, once.
  let columns: [ColumnList]

  struct BoundBuffer {
    /// In the buffer table.
    let index: Int
    let layout: BufferLayout
    let identifier: String
    let fields: [BoundField]

    var isLatest: Bool { layout.sync == .latest }
    /// How messages and comments call it.
    var title: String { "buffer '\(layout.name)'" }
  }

  struct BoundField {
    let layout: FieldLayout
    let identifier: String
    let title: String
    /// dtype, shape, unit, …, and the identifier of the names of its columns: a line.
    let summary: String
  }

  struct ColumnList {
    let identifier: String
    /// Whose columns they are: a line.
    let summary: String
    let names: [String]
    let identifiers: [String]
  }

  /// - Throws: `clash` when two fields of a buffer are spelled alike.
  init(_ plan: ClusterPlan) throws(BindingError) {
    let layout = plan.blueprint.layout
    let columns = Self.columns(of: layout, robot: plan.config.robot.joints, contacts: plan.config.robot.contacts)
    for list in columns {
      var inner = NameScope()
      for (name, identifier) in zip(list.names, list.identifiers) {
        try inner.declare(identifier, for: "column '\(name)'")
      }
    }
    let listOf = Dictionary(columns.map { ($0.names, $0.identifier) }, uniquingKeysWith: { first, _ in first })
    name = layout.name
    identifier = BindingName.identifier(layout.name)
    hash = layout.hash
    controllers = layout.slots
    self.columns = columns
    var scope = NameScope()
    var buffers: [BoundBuffer] = []
    for (index, buffer) in layout.buffers.enumerated() {
      var inner = NameScope()
      var fields: [BoundField] = []
      for field in buffer.fields {
        let title = "field '\(buffer.name).\(field.name)'"
        fields.append(
          BoundField(
            layout: field, identifier: try inner.declare(BindingName.identifier(field.name), for: title), title: title,
            summary: Self.summary(of: field, columns: listOf[field.columns])))
      }
      let bound = BoundBuffer(
        index: index, layout: buffer, identifier: BindingName.identifier(buffer.name), fields: fields)
      try scope.declare(bound.identifier, for: bound.title)
      buffers.append(bound)
    }
    self.buffers = buffers
  }

  private static func columns(of layout: ClusterLayout, robot joints: [String], contacts: [String]) -> [ColumnList] {
    var lists: [ColumnList] = []
    for buffer in layout.buffers {
      for field in buffer.fields where !field.columns.isEmpty && !lists.contains(where: { $0.names == field.columns }) {
        let isOfRobot = field.columns == joints || field.columns == contacts
        lists.append(
          ColumnList(
            identifier: field.columns == joints
              ? "joint"
              : field.columns == contacts ? "contact" : BindingName.identifier("\(buffer.name)_\(field.name)"),
            summary: isOfRobot
              ? "of the robot" : "of the field '\(buffer.name).\(field.name)', and all that have the same",
            names: field.columns, identifiers: BindingName.identifiers(field.columns)))
      }
    }
    return lists
  }

  private static func summary(of field: FieldLayout, columns: String?) -> String {
    var words = [field.elementType.name]
    if !field.shape.isEmpty { words[0] += " \(HumanText.list(field.shape))" }
    words += [field.unit, field.convention, field.frame.isEmpty ? "" : "frame \(field.frame)"].filter { !$0.isEmpty }
    if let columns { words.append("axis \(field.columnsAxis) is \(columns)") }
    if field.elementType == .bool { words.append("true is any byte but 0") }
    if field.elementType == .char { words.append("UTF-8, padded with NULs") }
    return BindingText.comment(words.joined(separator: ", "))
  }
}

extension BindingModel.BoundBuffer {
  /// Who writes it, and how: a line.
  var summary: String {
    let rows = layout.per == .cluster ? "One row" : "A row for each controller"
    let sync = isLatest ? "readable at any time" : "handed over by solve()"
    return "\(rows), written by the \(layout.writer.name), \(sync)."
  }
}
