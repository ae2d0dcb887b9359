import ClusterConfig
import ControlCluster

extension ConfigFacts {
  /// The user's own; the built-in ones follow from the robot, the horizon and the controllers.
  var dimensions: Fact {
    let builtIns: Set = ["joints", "contacts", "nodes", "controllers"]
    // One that no field uses says nothing to anybody.
    let group: PlanDiff.Group = isSameLayout ? .cosmetic : .layout
    return Fact(
      "dimensions", group,
      config.dimensions.filter { !builtIns.contains($0.name) }.map { Fact($0.name, group, String($0.value)) })
  }

  var buffers: Fact {
    let counterparts = Dictionary(other.buffers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return Fact(
      "buffers", .layout, isOrdered: true, config.buffers.map { fact(of: $0, beside: counterparts[$0.name]) })
  }

  private func fact(of buffer: ClusterConfig.Buffer, beside counterpart: ClusterConfig.Buffer?) -> Fact {
    let fields = Dictionary(
      (counterpart?.fields ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return Fact(
      buffer.name, .layout,
      summary: "\(Quantity.count(buffer.fields.count, "field")) written by the \(buffer.writer.rawValue)",
      [
        Fact("writer", .layout, buffer.writer.rawValue),
        Fact("per", .layout, buffer.per.rawValue),
        Fact("sync", .layout, buffer.sync.rawValue),
        Fact("align", .layout, String(buffer.align), unit: "bytes"),
        Fact("fields", .layout, isOrdered: true, buffer.fields.map { fact(of: $0, beside: fields[$0.name]) }),
      ])
  }

  private func fact(of field: ClusterConfig.Field, beside counterpart: ClusterConfig.Field?) -> Fact {
    var facts: [Fact] = []
    let type = "\(field.dtype.rawValue) \(Words.numbers(field.shape))"
    let other = counterpart ?? field
    if !shapeFollows(field, other) { facts.append(Fact("shape", .layout, Words.numbers(field.shape))) }
    let unit: PlanDiff.Group = Words.isSameUnit(field.unit, other.unit) ? .cosmetic : .layout
    facts += [
      Fact("dtype", .layout, field.dtype.rawValue),
      Fact("unit", unit, Self.orNone(field.unit)),
      Fact("convention", .layout, Self.orNone(field.convention)),
      Fact("frame", .layout, Self.orNone(field.frame)),
    ]
    if !columnsFollow(field, other) {
      facts.append(Fact("columns", .layout, names: field.columns))
      // Told by the columns, where they have others.
      if field.columns == other.columns, field.columnsAxis != other.columnsAxis {
        facts[facts.count - 1] = Fact("columns", .layout, "along axis \(field.columnsAxis)")
      }
    }
    facts.append(Fact("initial", .behaviour, Self.initial(field), unit: field.initial == .homing ? "" : field.unit))
    return Fact(field.name, .layout, summary: field.unit.isEmpty ? type : "\(type) \(field.unit)", facts)
  }

  /// Whether every extent that differs is that of a dimension that has changed in the same way.
  private func shapeFollows(_ field: ClusterConfig.Field, _ counterpart: ClusterConfig.Field) -> Bool {
    guard field.shape != counterpart.shape, field.shape.count == counterpart.shape.count else { return false }
    let values = Dictionary(other.dimensions.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    return zip(field.shape, counterpart.shape).allSatisfy { mine, theirs in
      mine == theirs || config.dimensions.contains { $0.value == mine && values[$0.name] == theirs }
    }
  }

  /// Whether the columns are the robot's joints, or its contacts, in both.
  private func columnsFollow(_ field: ClusterConfig.Field, _ counterpart: ClusterConfig.Field) -> Bool {
    guard field.columns != counterpart.columns, field.columnsAxis == counterpart.columnsAxis else { return false }
    return (field.columns == config.robot.joints && counterpart.columns == other.robot.joints)
      || (field.columns == config.robot.contacts && counterpart.columns == other.robot.contacts)
  }

  private static func orNone(_ text: String) -> String { text.isEmpty ? "none" : text }

  private static func initial(_ field: ClusterConfig.Field) -> String {
    switch field.initial {
    case .homing: "homing"
    case .scalar(let number): Words.number(number)
    case .list(let numbers): Words.list(numbers.map(Words.number))
    }
  }
}
