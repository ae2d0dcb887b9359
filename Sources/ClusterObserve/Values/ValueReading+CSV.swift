import ControlCluster

// Comma-separated values as RFC 4180 has them, a line for each row of a reading: what spreadsheets, pandas and PlotJuggler take.
extension ValueReading {
  /// The names of the columns: `time,step,row`, then each element in full.
  public static func csvHeader(_ selections: [ValueSelection]) -> String {
    let names = selections.flatMap { selection in
      selection.fields.flatMap { field in field.names.indices.map { selection.name(field, $0) } }
    }
    return (["time", "step", "row"] + names).map(cell).joined(separator: ",") + "\n"
  }

  /// A line for each row that was chosen by any path. A cell is empty where a path has not chosen the row, and where it was being
  /// written; what all controllers share stands in every line.
  /// - Parameter start: CLOCK_MONOTONIC, ns: `time` is in s since then.
  public func csv(since start: UInt64) -> String {
    var numbers: [Int] = []
    for group in groups where !group.isShared {
      for row in group.rows where !numbers.contains(row.row) { numbers.append(row.row) }
    }
    if numbers.isEmpty { numbers = [0] }
    let time = Quantity.fixed(Double(at &- start) * 1e-9, 6)
    return numbers.sorted().map { number in
      let cells = groups.flatMap { group -> [String] in
        guard let row = group.isShared ? group.rows.first : group.rows.first(where: { $0.row == number }), !row.isTorn
        else { return Array(repeating: "", count: group.selection.width) }
        return row.values.flatMap { $0.map { Self.cell($0.exact) } }
      }
      return ([time, step.map(String.init) ?? "", "\(number)"] + cells).joined(separator: ",") + "\n"
    }.joined()
  }

  private static func cell(_ text: String) -> String {
    let needsQuotes = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
    return needsQuotes
      ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
  }
}

extension ValueReading.Group {
  /// Whether its one row is everybody's.
  fileprivate var isShared: Bool { selection.buffer.per == .cluster }
}
