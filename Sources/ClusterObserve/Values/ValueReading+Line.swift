import ControlCluster

extension ValueReading {
  /// All of it on one line: the time, the step, and `NAME@ROW=VALUE` for each element, or `NAME=MIN…MEAN…MAX`.
  /// - Parameter start: CLOCK_MONOTONIC, ns: the time is in s since then.
  public func line(since start: UInt64) -> String {
    let time = "\(Quantity.fixed(Double(at &- start) * 1e-9, 3)) s"
    let words = groups.flatMap { group in
      group.selection.fields.indices.flatMap { field in
        group.selection.fields[field].names.indices.flatMap { group.words(field: field, element: $0) }
      }
    }
    return ([time, step.map { "step \($0)" } ?? "-"] + words).joined(separator: "  ")
  }
}

extension ValueReading.Group {
  fileprivate func words(field: Int, element: Int) -> [String] {
    let name = selection.name(selection.fields[field], element)
    if isSummary {
      let statistics = statistics(field: field, element: element)
      guard let least = statistics.minimum, let most = statistics.maximum, let mean = statistics.mean else {
        return ["\(name)=-"]
      }
      return [
        "\(name)=\(least.value.short)@\(least.row)…\(ElementValue.short(mean))…\(most.value.short)@\(most.row)"
      ]
    }
    return rows.map { row in "\(name)@\(row.row)=\(row.isTorn ? "torn" : row.values[field][element].short)" }
  }
}
