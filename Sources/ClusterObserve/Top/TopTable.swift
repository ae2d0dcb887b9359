import ControlCluster

/// The rows of controllers under their titles, in as many columns as there is room for.
struct TopTable {
  let columns: [TopColumn]
  private let widths: [Int]
  private let gap: Int

  /// - Parameters:
  ///   - rows: all that may be shown, so that widths do not change as one scrolls.
  ///   - width: columns of the terminal.
  init(_ rows: [ControllerReading], width: Int) {
    let wanted = TopColumn.mostImportantFirst.filter { column in
      switch column {
      case .command: rows.contains { $0.commandNorm != nil }
      case .process: rows.contains { $0.process != nil }
      case .message: rows.contains { !$0.slot.message.isEmpty }
      default: true
      }
    }
    // One for the mark in front, and one before each but the first.
    var room = width
    var chosen: [TopColumn: Int] = [:]
    for column in wanted {
      let needed = rows.reduce(max(column.width, column.title.count)) { max($0, TextWidth.columns(column.text($1))) }
      // A message may be cut.
      let taken = column == .message ? min(needed, max(column.width, room - 1)) : needed
      guard taken < room || chosen.isEmpty else { continue }
      chosen[column] = taken
      room -= taken + 1
    }
    columns = TopColumn.allCases.filter { chosen[$0] != nil }
    widths = columns.compactMap { chosen[$0] }
    gap = room >= columns.count - 1 ? 2 : 1
  }

  func titles(_ order: TopOrder) -> StyledLine {
    var line = StyledLine(" ")
    for (index, column) in columns.enumerated() {
      let isSorted = column == order.column
      var title = column.title
      // The mark takes the room that every title has beside it.
      if isSorted {
        title = column.isLeft ? title + (order.isDescending ? "▼" : "▲") : (order.isDescending ? "▼" : "▲") + title
      }
      place(title, index, isSorted ? [.bold, .cyan] : [.bold], in: &line)
    }
    return line
  }

  func line(_ row: ControllerReading, isMarked: Bool) -> StyledLine {
    var line = StyledLine()
    line.add(isMarked ? "*" : " ", isMarked ? [.bold, .yellow] : [])
    for (index, column) in columns.enumerated() {
      var text = TextWidth.printable(column.text(row))
      if TextWidth.columns(text) > widths[index] { text = StyledLine(text).cut(to: widths[index]).text }
      place(text, index, column.style(row).map { [$0] } ?? [], in: &line)
    }
    return line
  }

  private func place(_ text: String, _ index: Int, _ styles: [TextStyle], in line: inout StyledLine) {
    let start = 1 + widths[..<index].reduce(0, +) + gap * index
    line.pad(to: columns[index].isLeft ? start : start + widths[index] - TextWidth.columns(text))
    line.add(text, styles)
  }
}
