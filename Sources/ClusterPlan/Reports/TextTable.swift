/// Text in aligned columns, two spaces apart.
public struct TextTable {
  public enum Alignment: Sendable {
    case left, right
    /// Left, and cut in front where it has to be: the end of a path says more.
    case path
  }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  public init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }
  init(_ columns: (title: String, alignment: Alignment)...) { self.init(columns) }

  /// - Parameter cells: As many as there are columns.
  public mutating func add(_ cells: [String]) { rows.append(cells) }
  mutating func add(_ cells: String...) { add(cells) }

  /// The titles and the rows, without trailing spaces; each line ends with a line break.
  /// - Parameters:
  ///   - width: Where lines are not to be longer: texts are cut, paths before others and the longest first, and numbers never.
  ///   - style: What makes a cell that is as wide as its column stand out; rows count from 0, and -1 is the titles.
  public func text(
    indent: Int = 2, width: Int? = nil,
    style: (_ cell: String, _ row: Int, _ column: Int) -> String = { cell, _, _ in cell }
  ) -> String {
    let lines = [columns.map(\.title)] + rows
    var widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    if let width { fit(&widths, into: width - indent - 2 * (columns.count - 1)) }
    return lines.enumerated().map { row, cells in
      let padded = columns.indices.map { column in
        let cell = cut(cells[column], to: widths[column], columns[column].alignment)
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return style(columns[column].alignment == .right ? space + cell : cell + space, row - 1, column)
      }
      let line = String(repeating: " ", count: indent) + padded.joined(separator: "  ")
      return line.trimmingTrailingSpaces() + "\n"
    }.joined()
  }

  /// What is left of a text that is cut says something still.
  private static let shortest = 8

  private func fit(_ widths: inout [Int], into width: Int) {
    while widths.reduce(0, +) > width {
      let texts = columns.indices.filter { columns[$0].alignment != .right && widths[$0] > Self.shortest }
      let paths = texts.filter { columns[$0].alignment == .path }
      guard let longest = (paths.isEmpty ? texts : paths).max(by: { widths[$0] < widths[$1] }) else { return }
      widths[longest] -= 1
    }
  }

  private func cut(_ cell: String, to width: Int, _ alignment: Alignment) -> String {
    if cell.count <= width { return cell }
    return alignment == .path ? "…" + cell.suffix(width - 1) : cell.prefix(width - 1) + "…"
  }
}

extension String {
  func trimmingTrailingSpaces() -> String {
    guard let end = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...end])
  }
}
