import ControlCluster

extension ValueReading {
  /// What `show --json` prints.
  ///
  /// ```json
  /// {"name": "go2", "step": 1234, "warning": null, "values": [
  ///   {"path": "rhc_commands.joint_position@3", "buffer": "rhc_commands", "field": "joint_position", "dtype": "f32",
  ///    "unit": "rad", "frame": "", "convention": "", "shape": [12], "elements": ["FL_hip_joint", …],
  ///    "rows": [{"row": 3, "moment": "answer", "step": 1234, "version": null, "values": [0.1, …]}]}]}
  /// ```
  ///
  /// An entry a field; `elements` are those that were chosen, row-major, and `values` belong to them. `moment` says what a row is of
  /// (`input`, `answer`, `safe`, `open`, `torn`), and `version` how often one of a `latest` buffer was written. What is no finite
  /// number is `null`.
  /// - Parameter statistics: whether groups of which no rows were named are told as `statistics`, an object an element, in place of
  ///   `rows`: {"element", "min", "min_row", "mean", "max", "max_row", "not_finite": [rows]}.
  public func json(statistics: Bool) -> JSONValue {
    let entries = groups.flatMap { group in
      group.selection.fields.indices.map { group.json(field: $0, statistics: statistics && group.isSummary) }
    }
    return [
      "name": .string(name), "step": step.map { .integer(Int($0)) } ?? .null,
      "warning": warning.map(JSONValue.string) ?? .null, "values": .array(entries),
    ]
  }
}

extension ValueReading.Group {
  /// Whether it is told by statistics: there are several rows, and none was named.
  public var isSummary: Bool { selection.path.rows == .any && rows.count > 1 }

  fileprivate func json(field index: Int, statistics: Bool) -> JSONValue {
    let field = selection.fields[index]
    let layout = field.layout
    let entry: JSONValue = [
      "path": .string(selection.path.text), "buffer": .string(selection.buffer.name), "field": .string(layout.name),
      "dtype": .string(layout.elementType.name), "unit": .string(layout.unit), "frame": .string(layout.frame),
      "convention": .string(layout.convention), "shape": .array(field.shape.map(JSONValue.integer)),
      "elements": .array(field.names.map(JSONValue.string)),
    ]
    let values: JSONValue =
      statistics
      ? .array(field.names.indices.map { self.statistics(field: index, element: $0).json(field.names[$0]) })
      : .array(rows.map { $0.json(field: index) })
    return .object((entry.object ?? []) + [.init(key: statistics ? "statistics" : "rows", value: values)])
  }
}

extension ValueReading.Row {
  fileprivate func json(field: Int) -> JSONValue {
    let (kind, step) = moment.map(\.told) ?? ("latest", nil)
    return [
      "row": .integer(row), "moment": .string(kind), "step": step.map { .integer(Int($0)) } ?? .null,
      "version": version.map { .integer(Int($0)) } ?? .null, "values": .array(values[field].map(\.json)),
    ]
  }
}

extension RowMoment {
  /// Its kind in a word, and the step.
  public var told: (kind: String, step: UInt32?) {
    switch self {
    case .input(let step): ("input", step)
    case .answer(let step): ("answer", step)
    case .safe(let step): ("safe", step)
    case .open: ("open", nil)
    case .torn: ("torn", nil)
    }
  }
}

extension ValueStatistics {
  fileprivate func json(_ name: String) -> JSONValue {
    [
      "element": .string(name), "min": minimum?.value.json ?? .null,
      "min_row": minimum.map { .integer($0.row) } ?? .null, "mean": mean.map(JSONValue.number) ?? .null,
      "max": maximum?.value.json ?? .null, "max_row": maximum.map { .integer($0.row) } ?? .null,
      "not_finite": .array(notFinite.map(JSONValue.integer)),
    ]
  }
}
