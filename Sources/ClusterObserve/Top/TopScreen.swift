import ControlCluster

/// What stands on the screen: as many lines as it is high, none wider than it.
public enum TopScreen {
  /// How the lines are shared out: what matters least goes first when there are few.
  struct Heights {
    var header: Int
    var titles: Int
    var rows: Int
    /// Messages, questions and what is known of the selected row.
    var status: Int
    var keys: Int

    init(_ height: Int) {
      header = height >= 10 ? 4 : height >= 7 ? 2 : min(1, height)
      titles = height >= 3 ? 1 : 0
      status = height >= 4 ? 1 : 0
      keys = height >= 8 ? 1 : 0
      rows = max(0, height - header - titles - status - keys)
    }
  }

  public static func lines(_ model: TopModel) -> [StyledLine] {
    let heights = Heights(model.height)
    var lines = Array(TopHeader.lines(model.reading, width: model.width).prefix(heights.header))
    if model.mode == .help {
      lines += TopHelp.lines(model.reading).prefix(heights.titles + heights.rows)
    } else {
      let table = TopTable(model.reading.controllers, width: model.width)
      if heights.titles > 0 { lines.append(table.titles(model.order)) }
      lines += rows(model, table, heights.rows)
    }
    let body = heights.header + heights.titles + heights.rows
    lines += Array(repeating: StyledLine(), count: max(0, body - lines.count))
    // Where there is no line of its own, a question takes the last one.
    let asks = model.mode != .rows && model.mode != .help
    if heights.status > 0 {
      lines.append(status(model))
    } else if asks, model.height > 0 {
      lines[lines.count - 1] = status(model)
    }
    if heights.keys > 0 { lines.append(keys(model)) }
    return lines.map { $0.cut(to: model.width) }
  }

  /// All of it on a page of its own, for who has no terminal.
  public static func page(_ reading: TopReading, _ order: TopOrder, _ filter: TopFilter) -> [StyledLine] {
    let table = TopTable(reading.controllers, width: .max)
    let rows = order.sorted(reading.controllers.filter(filter.fits)).map { table.line($0, isMarked: false) }
    return (TopHeader.lines(reading, width: 80) + [StyledLine(), table.titles(order)] + rows).map { $0.trimmed() }
  }

  private static func rows(_ model: TopModel, _ table: TopTable, _ height: Int) -> [StyledLine] {
    if model.rows.isEmpty { return [StyledLine(" no controller fits the filter", .dim)].prefix(height).map { $0 } }
    return model.rows.dropFirst(model.first).prefix(height).map { row in
      var line = table.line(row, isMarked: model.marked.contains(row.index))
      guard row.index == model.selected else { return line }
      line.pad(to: model.width)
      return line.styled(.reverse)
    }
  }

  private static func status(_ model: TopModel) -> StyledLine {
    switch model.mode {
    case .filtering:
      var line = StyledLine("filter: ", .bold)
      line.add(model.filter.text)
      line.add(" ", .reverse)
      line.add("  Enter keeps it, Esc does not", .dim)
      return line
    case .confirming(let request): return question(request, model.reading)
    case .rows, .help: break
    }
    if let message = model.message { return StyledLine(message.text, message.style) }
    if let end = model.reading.end {
      var line = StyledLine("ended: \(end)", .bold, .red)
      line.add("; q leaves", .bold)
      return line
    }
    // With none selected, one that is out: there what the screen has no column for matters most.
    let row = model.place.map { model.rows[$0] } ?? model.rows.first(where: \.isOut)
    return row.map(detail) ?? StyledLine()
  }

  private static func question(_ request: TopRequest, _ reading: TopReading) -> StyledLine {
    var line = StyledLine("\(request.verb.rawValue) \(TopRequest.words(request.controllers))? ", .bold, .yellow)
    switch request.verb {
    case .deactivate: line.add("their commands go back to homing; ")
    case .restart:
      let processes = request.controllers.map { reading.controllers[$0].process }
      let hosted = reading.controllers.filter { $0.process != nil && processes.contains($0.process) }.map(\.index)
      if hosted.count > request.controllers.count {
        line.add("with them all of their processes': \(TopRequest.words(hosted)); ")
      }
    case .activate, .reset: break
    }
    line.add("y does it, any other key does not")
    return line
  }

  /// What does not fit into a row.
  private static func detail(_ row: ControllerReading) -> StyledLine {
    var line = StyledLine("controller \(row.index)", .bold)
    if let process = row.process, process != "controller-\(row.index)" { line.add(" in \(process)") }
    line.add(": ")
    line.add(row.state, row.style)
    line.add(", \(Quantity.thousands(row.slot.solves)) solves")
    if row.slot.incarnation > 0 { line.add(", died \(times(Int(row.slot.incarnation)))", .yellow) }
    if row.slot.failures > 0 {
      line.add(", failed \(times(row.slot.failures))", .red)
      if !row.slot.message.isEmpty { line.add(", last: \(row.slot.message)") }
    }
    return line
  }

  private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(Quantity.thousands(count)) times" }

  private static func keys(_ model: TopModel) -> StyledLine {
    var line = StyledLine()
    // Whole ones only: a key without its meaning is none.
    func add(_ key: String, _ meaning: String) {
      let gap = line.width > 0 ? "  " : ""
      guard line.width + TextWidth.columns("\(gap)\(key) \(meaning)") <= model.width else { return }
      line.add(gap)
      line.add(key, .bold)
      line.add(" \(meaning)")
    }
    if !model.filter.text.isEmpty, model.mode == .rows {
      line.add("\(model.rows.count) of \(model.reading.controllers.count) fit '\(model.filter.text)'", .yellow)
      add("Esc", "all")
    }
    if !model.marked.isEmpty {
      line.add(line.width > 0 ? "  " : "")
      line.add("\(model.marked.count) marked", .yellow)
      add("Esc", "none")
    }
    add("q", "quit")
    add("?", "help")
    add("/", "filter")
    add("◂▸", "sort")
    add("a", "activate")
    add("d", "deactivate")
    add("r", "reset")
    add("R", "restart")
    add("i", "invert")
    add("t", model.isTotal ? "of late" : "total")
    return line
  }
}
