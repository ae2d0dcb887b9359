import ControlCluster

/// What one path chose, as an aligned table: a line for each element and a column for each row of the buffer, or the other way round
/// where that is easier to read, or statistics.
struct ValueTable {
  private struct Cell {
    let text: String
    let style: TextStyle?

    init(_ text: String, _ style: TextStyle? = nil) { (self.text, self.style) = (text, style) }
  }

  /// Cells behind a title.
  private struct Line {
    var title: String
    var cells: [Cell] = []
    /// Told behind the cells: a unit, or why something is missing.
    var note = ""
    var isHeading = false
  }

  private(set) var lines: [StyledLine] = []

  /// Columns between two cells.
  private static let gap = 2

  init(_ group: ValueReading.Group, width: Int?) {
    if group.isSummary {
      add(
        Self.statistics(group), titles: [Cell("MIN"), Cell("@"), Cell("MEAN"), Cell("MAX"), Cell("@")], group,
        width: nil)
    } else if Self.isTransposed(group, width: width ?? 100) {
      add(Self.rows(group), titles: Self.elementTitles(group), group, width: nil)
    } else {
      add(Self.elements(group), titles: group.rows.map { Cell("@\($0.row)") }, group, width: width)
    }
  }

  // MARK: What stands in them

  /// A line for each element, one for each field above those of several.
  private static func elements(_ group: ValueReading.Group) -> [Line] {
    lines(group) { field, element in
      group.rows.map { row in
        row.isTorn ? Cell("torn", .red) : cell(row.values[field][element])
      }
    }
  }

  private static func statistics(_ group: ValueReading.Group) -> [Line] {
    lines(group) { field, element in
      let statistics = group.statistics(field: field, element: element)
      func number(_ value: ElementValue?) -> Cell { value.map { Cell($0.short) } ?? Cell("-", .dim) }
      func row(_ row: Int?) -> Cell { row.map { Cell("\($0)", .dim) } ?? Cell("-", .dim) }
      return [
        number(statistics.minimum?.value), row(statistics.minimum?.row),
        number(statistics.mean.map(ElementValue.double)),
        number(statistics.maximum?.value), row(statistics.maximum?.row),
      ]
    } note: { field, element in
      let rows = group.statistics(field: field, element: element).notFinite
      if group.selection.fields[field].layout.elementType == .char { return "texts" }
      return rows.isEmpty ? "" : "not finite: @\(Quantity.ranges(rows))"
    }
  }

  private static func lines(
    _ group: ValueReading.Group, cells: (Int, Int) -> [Cell], note: (Int, Int) -> String = { _, _ in "" }
  ) -> [Line] {
    let isWhole = namesFields(group)
    return group.selection.fields.enumerated().flatMap { index, field -> [Line] in
      let name = field.layout.name
      // A scalar needs no line of its own for its name.
      if field.names == [""] {
        let note = [isWhole ? annotation(field.layout) : "", note(index, 0)].filter { !$0.isEmpty }
        return [Line(title: isWhole ? name : "", cells: cells(index, 0), note: note.joined(separator: "  "))]
      }
      let elements = field.names.indices.map {
        Line(title: "\(isWhole ? "  " : "")\(field.names[$0])", cells: cells(index, $0), note: note(index, $0))
      }
      return isWhole ? [Line(title: name, note: annotation(field.layout), isHeading: true)] + elements : elements
    }
  }

  /// Whether the table is headed by its buffer, and names the fields itself: a scalar would have no other name.
  private static func namesFields(_ group: ValueReading.Group) -> Bool {
    group.selection.path.field == nil || group.selection.fields[0].names == [""]
  }

  /// A line for each row of the buffer.
  private static func rows(_ group: ValueReading.Group) -> [Line] {
    group.rows.map { row in
      let count = group.selection.width
      return Line(
        title: "@\(row.row)",
        cells: row.isTorn ? Array(repeating: Cell("torn", .red), count: count) : row.values.flatMap { $0.map(cell) })
    }
  }

  private static func cell(_ value: ElementValue) -> Cell {
    if case .text = value { return Cell(value.short) }
    return Cell(value.short, value.number.isFinite ? nil : .red)
  }

  private static func elementTitles(_ group: ValueReading.Group) -> [Cell] {
    let isWhole = namesFields(group)
    return group.selection.fields.flatMap { field in
      field.names.map { name in
        Cell(!isWhole ? name : name.isEmpty ? field.layout.name : "\(field.layout.name).\(name)")
      }
    }
  }

  /// Whether many controllers and few elements are better read with a line for each controller.
  private static func isTransposed(_ group: ValueReading.Group, width: Int) -> Bool {
    guard group.rows.count > group.selection.width, group.rows.count > 1 else { return false }
    let titles = elementTitles(group)
    return titles.reduce(8) { $0 + gap + max(10, TextWidth.columns($1.text)) } <= width
  }

  /// `rad`, `m, in world`, `wxyz, in world`
  private static func annotation(_ layout: FieldLayout) -> String {
    let frame = layout.frame.isEmpty ? "" : "in \(layout.frame)"
    return [layout.convention, layout.unit == "1" ? "" : layout.unit, frame].filter { !$0.isEmpty }
      .joined(separator: ", ")
  }

  // MARK: How they stand

  private mutating func add(_ body: [Line], titles: [Cell], _ group: ValueReading.Group, width: Int?) {
    let field = group.selection.fields[0].layout
    var title = Line(title: group.selection.buffer.name)
    if !Self.namesFields(group) {
      title.title += ".\(field.name)"
      title.note = Self.annotation(field)
    }
    let indent = 2
    let first = max(
      TextWidth.columns(title.title), body.map { indent + TextWidth.columns($0.title) }.max() ?? 0)
    let widths = titles.indices.map { column in
      max(
        TextWidth.columns(titles[column].text),
        body.compactMap { $0.isHeading ? nil : TextWidth.columns($0.cells[column].text) }.max() ?? 0)
    }
    for range in Self.shares(widths, room: width.map { $0 - first } ?? .max) {
      if !lines.isEmpty { lines.append(StyledLine()) }
      var header = StyledLine(title.title, .bold)
      header.pad(to: first)
      for column in range { header.add(Self.right(titles[column].text, widths[column]), .dim) }
      if !title.note.isEmpty { header.add("  \(title.note)", .dim) }
      lines.append(header)
      for line in body {
        var text = StyledLine("\(String(repeating: " ", count: indent))\(line.title)")
        if !line.isHeading {
          text.pad(to: first)
          for column in range {
            let cell = line.cells[column]
            text.add(Self.right(cell.text, widths[column]), cell.style.map { [$0] } ?? [])
          }
        }
        if !line.note.isEmpty { text.add("  \(line.note)", .dim) }
        lines.append(text)
      }
    }
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: gap + max(0, width - TextWidth.columns(text))) + text
  }

  /// Columns that stand beside each other, at least one.
  private static func shares(_ widths: [Int], room: Int) -> [Range<Int>] {
    var shares: [Range<Int>] = []
    var start = 0
    while start < widths.count {
      var end = start + 1
      var used = gap + widths[start]
      while end < widths.count, used + gap + widths[end] <= room {
        used += gap + widths[end]
        end += 1
      }
      shares.append(start..<end)
      start = end
    }
    return shares
  }
}
