/// A source line with a caret range under its culprit, both in columns of the screen.
struct Snippet {
  var text: String
  var indent: String
  var caret: String

  /// A line that wraps on the terminal would separate the caret from its culprit.
  private static let maximumWidth = 150
  private static let tabWidth = 4

  init(line: String, location: Diagnostic.Location) {
    // Each scalar of the line as it is shown.
    var cells: [(text: String, width: Int)] = []
    var column = 0
    for scalar in line.unicodeScalars {
      let cell: (text: String, width: Int)
      if scalar == "\t" {
        let width = Self.tabWidth - column % Self.tabWidth
        cell = (String(repeating: " ", count: width), width)
      } else {
        cell = (scalar.isControl ? "\u{FFFD}" : String(scalar), scalar.isControl ? 1 : scalar.displayWidth)
      }
      cells.append(cell)
      column += cell.width
    }
    let start = min(max(location.start.column - 1, 0), cells.count)
    var end =
      location.start.line == location.end.line ? min(max(location.end.column - 1, start), cells.count) : cells.count
    // A culprit that goes on in the next line is marked to the end of this one, without its trailing blanks.
    while location.start.line != location.end.line, end > start + 1, cells[end - 1].text == " " { end -= 1 }

    var first = 0
    if column > Self.maximumWidth {
      let before = cells[..<start].reduce(0) { $0 + $1.width }
      if before > Self.maximumWidth / 2 {
        var skipped = 0
        while first < start, before - skipped > Self.maximumWidth / 2 {
          skipped += cells[first].width
          first += 1
        }
      }
    }
    var shown = first > 0 ? "…" : ""
    var width = shown.isEmpty ? 0 : 1
    let lead = width
    var last = first
    while last < cells.count, width + cells[last].width <= Self.maximumWidth {
      shown += cells[last].text
      width += cells[last].width
      last += 1
    }
    if last < cells.count { shown += "…" }
    end = min(end, max(last, start))
    text = shown
    indent = String(repeating: " ", count: lead + cells[first..<max(first, start)].reduce(0) { $0 + $1.width })
    let range = cells[start..<max(start, end)].reduce(0) { $0 + $1.width }
    caret = "^" + String(repeating: "~", count: max(0, range - 1))
  }
}

extension Unicode.Scalar {
  var isControl: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// Columns on a terminal: 0 for combining marks, 2 for wide East Asian characters and emoji.
  var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    // Unicode East Asian Width W and F, by block.
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      return 2
    default: return properties.isEmojiPresentation ? 2 : 1
    }
  }
}
