/// Text in aligned columns, two spaces apart.
public struct TextTable {
  public enum Alignment: Sendable { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  public init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }
  init(_ columns: (title: String, alignment: Alignment)...) { self.init(columns) }

  /// - Parameter cells: As many as there are columns.
  public mutating func add(_ cells: [String]) { rows.append(cells) }
  mutating func add(_ cells: String...) { add(cells) }

  /// The titles and the rows, without trailing spaces; each line ends with a line break.
  /// - Parameter style: What makes a cell that is as wide as its column stand out; rows count from 0, and -1 is the titles.
  public func text(
    indent: Int = 2, style: (_ cell: String, _ row: Int, _ column: Int) -> String = { cell, _, _ in cell }
  ) -> String {
    let lines = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.enumerated().map { row, cells in
      let padded = columns.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return style(
          columns[column].alignment == .left ? cells[column] + space : space + cells[column], row - 1, column)
      }
      let line = String(repeating: " ", count: indent) + padded.joined(separator: "  ")
      return line.trimmingTrailingSpaces() + "\n"
    }.joined()
  }
}

extension String {
  func trimmingTrailingSpaces() -> String {
    guard let end = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...end])
  }
}
