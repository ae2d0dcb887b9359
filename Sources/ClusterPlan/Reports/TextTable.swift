/// Text in aligned columns, two spaces apart.
struct TextTable {
  enum Alignment { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  init(_ columns: (title: String, alignment: Alignment)...) { self.columns = columns }

  mutating func add(_ cells: String...) { rows.append(cells) }

  /// The titles and the rows, without trailing spaces; each line ends with a line break.
  func text(indent: Int = 2) -> String {
    let lines = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      let padded = columns.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].alignment == .left ? cells[column] + space : space + cells[column]
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
