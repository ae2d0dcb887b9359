import ClusterConfig
import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster

/// Shows a sweep: on a terminal one live line, on a pipe a line a point; a table at the end.
final class SweepView: SweepObserver {
  private let name: String
  private let directory: String
  private let jobs: Int
  private let points: [SweepPoint]
  private let output = Terminal.output
  private let terminal = Terminal.error
  /// When points started, by number.
  private var starts: [Int: UInt64] = [:]
  private let began = System.monotonicNanoseconds

  init(name: String, directory: String, jobs: Int, _ points: [SweepPoint]) {
    (self.name, self.directory, self.jobs, self.points) = (name, directory, jobs, points)
    for terminal in [output, terminal] { terminal.waitsForReader = false }
  }

  var backlogged: [Int32] { [output, terminal].compactMap(\.backlogged) }

  func writeBacklog() { for terminal in [output, terminal] { terminal.flush(waiting: 0) } }

  func begin() {
    let kept = points.count(where: \.isKept)
    var parts = [Quantity.count(points.count, "point")]
    if kept > 0 { parts.append("\(kept) of them done already") }
    if jobs > 1 { parts.append("\(jobs) at a time") }
    parts.append("in \(directory)")
    note("▸", .cyan, terminal.styled(name, .bold) + "  " + parts.joined(separator: ", "))
  }

  func changed(_ point: SweepPoint) {
    let number = point.point.number
    guard let summary = point.summary, point.state != .running else {
      starts[number] = System.monotonicNanoseconds
      return
    }
    starts[number] = nil
    // The table says the rest; on a terminal only what cannot wait is told.
    if terminal.isInteractive, point.state != .failed { return }
    let figures = summary.figures.map {
      "\(Quantity.count($0.steps, "step")) at \(Quantity.plain($0.rate))/s"
    }
    let words =
      ([summary.reason, figures].compactMap { $0 } + [Quantity.duration(summary.seconds)]).joined(separator: "; ")
    let (mark, style) = Self.mark(point.state)
    note(mark, style, "\(number)/\(points.count) \(point.point.label): \(words)")
  }

  func warn(_ message: String) { note("!", .yellow, message) }

  func tick(_ points: [SweepPoint]) {
    guard terminal.isInteractive else { return }
    let ended = points.count { $0.state != .notRun && $0.state != .running }
    let failed = points.count { $0.state == .failed }
    var parts = ["\(ended)/\(points.count) ended"]
    if failed > 0 { parts.append(terminal.styled("\(failed) failed", .red)) }
    for point in points where point.state == .running {
      let since = starts[point.point.number].map { Double(System.monotonicNanoseconds - $0) * 1e-9 } ?? 0
      parts.append("\(point.point.label), \(Quantity.fixed(since, 0)) s")
    }
    terminal.show(status: "  " + parts.joined(separator: terminal.styled(" │ ", .dim)))
  }

  /// The table, or the JSON object, as data; around it for people what went wrong and where to look.
  func finish(_ state: SweepDirectory.State, json: Bool) {
    let wasInterrupted = (state.status ?? 0) > 128
    defer { for terminal in [output, terminal] { terminal.flush(waiting: wasInterrupted ? 500 : -1) } }
    terminal.clearStatus()
    output.write(json ? SweepDirectory.json(state).pretty + "\n" : table(state))
    for point in state.points where point.state == .failed {
      let reason = point.summary?.reason ?? "it ended with status \(point.summary?.status ?? 1)"
      note("✗", .red, "point \(point.point.number), \(point.point.label): \(reason); \(point.directory.log)")
    }
    let done = state.points.count { $0.state == .done }
    let time = Quantity.duration(Double(System.monotonicNanoseconds - began) * 1e-9)
    let isGood = done == state.points.count
    let resumes = isGood ? "" : "; --resume runs the others"
    note(
      isGood ? "✓" : "■", isGood ? .green : .yellow,
      "\(done) of \(Quantity.count(state.points.count, "point")) done, \(time) in all; \(directory)\(resumes)")
  }

  // MARK: Lines

  private func note(_ mark: String, _ style: Terminal.Style, _ text: String) {
    terminal.print("\(terminal.styled(mark, style)) \(text)")
  }

  private static func mark(_ state: SweepPoint.State) -> (String, Terminal.Style) {
    switch state {
    case .done: ("✓", .green)
    case .failed: ("✗", .red)
    case .interrupted: ("■", .yellow)
    case .notRun, .running: ("·", .dim)
    }
  }

  private func table(_ state: SweepDirectory.State) -> String {
    let axes = state.request.axes.map(\.path)
    var table = TextTable(
      [("point", .right)] + axes.map { ($0, .right) } + [
        ("result", .left), ("steps", .right), ("rate", .right), ("median", .right), ("p99", .right), ("time", .right),
      ])
    for point in state.points {
      let figures = point.summary?.figures
      table.add(
        ["\(point.point.number)"] + point.point.settings.map(\.value.text) + [
          Self.result(point), figures.map { Quantity.thousands($0.steps) } ?? "-",
          figures.map { "\(Quantity.plain($0.rate))/s" } ?? "-", figures.map { Quantity.duration($0.median) } ?? "-",
          figures.map { Quantity.duration($0.p99) } ?? "-", point.summary.map { Quantity.duration($0.seconds) } ?? "-",
        ])
    }
    return table.text { cell, row, column in
      if row < 0 { return output.styled(cell, .bold) }
      return column == 1 + axes.count ? output.styled(cell, Self.mark(state.points[row].state).1) : cell
    }
  }

  private static func result(_ point: SweepPoint) -> String {
    let state = point.state.rawValue
    if point.isKept { return "\(state) before" }
    if point.state == .failed, let status = point.summary?.status { return "\(state) (\(status))" }
    return state
  }
}
