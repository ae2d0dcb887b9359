import ControlCluster
import Testing

@testable import ClusterObserve

@Suite("What top shows")
struct TopScreenTests {
  /// Everything that is longer or wider than usual.
  private static let hostile = TopReading.madeUp(
    [
      .madeUp(0), .madeUp(1, .failed, failures: 12_345, message: "解けない: 特異行列 👩🏽‍🔬\u{1B}[2J\r\n\u{202E}"),
      .madeUp(2, .dead, pid: 4_194_303, deaths: 1_234_567, restarts: 1_234_566),
      .madeUp(3, status: .late, p99: 61.5, timesLate: 3, norm: .nan),
      .madeUp(4, .registering, core: nil, p99: nil, norm: .infinity),
      .madeUp(5, .vacant, pid: 0, core: nil, p99: nil, norm: nil),
      .madeUp(6, process: String(repeating: "länge", count: 40), norm: -1e300),
    ], name: String(repeating: "名前", count: 40))

  /// In each of its modes, as keys lead to them.
  private static let modes: [(String, [TopKey])] = [
    ("rows", []), ("help", [.character("?")]), ("filtering", [.character("/"), .character("解")]),
    ("filtered to nothing", [.character("/"), .character("z"), .character("z"), .enter]),
    ("asking", [.character("*"), .character("R")]), ("marked", [.character(" "), .end]),
  ]

  @Test("no line is wider and no screen higher than the terminal, whatever is in it", arguments: modes)
  func fits(mode: (name: String, keys: [TopKey])) {
    var model = TopModel(Self.hostile)
    for key in mode.keys { _ = model.press(key) }
    let sizes =
      (0...130).flatMap { width in [1, 5, 24].map { (width, $0) } }
      + (0...30).flatMap { height in [0, 1, 20, 80].map { ($0, height) } }
    for (width, height) in sizes {
      (model.width, model.height) = (width, height)
      let lines = TopScreen.lines(model)
      #expect(lines.count == height, "\(width) × \(height)")
      for line in lines {
        #expect(TextWidth.columns(line.text) <= width, "\(width) × \(height): \(line.text)")
        #expect(line.width == TextWidth.columns(line.text))
        #expect(!line.text.unicodeScalars.contains { $0.properties.generalCategory == .control })
      }
    }
  }

  @Test("80 × 24 has the header, a row for each controller with every figure, and the keys")
  func usual() {
    let model = TopModel(.madeUp([.madeUp(0), .madeUp(1, .failed, failures: 2, message: "singular"), .madeUp(2)]))
    let lines = TopScreen.lines(model).map(\.text)
    #expect(lines[0] == "go2  running  2 active, 1 failed  up 1 min, pid 4711")
    #expect(lines[1] == "steps  3,120 at 50.0/s, 1.00 × real time; COMMAND is ‖rhc_commands‖")
    #expect(lines[2].hasPrefix("step   p50 150 µs  p99 268 µs  max 949 µs  █") && lines[2].count == 80)
    #expect(lines[3] == "last 47 s: all 2,350 steps, 180 of 7,200 solves sampled")
    #expect(lines[4] == "   ▲# STATE       PID CORE     P50     P99     MAX FAILS RESTARTS LATE  COMMAND")
    #expect(lines[6] == "    1 failed     5001    1  125 µs  250 µs  275 µs     2        0    0     1.50")
    #expect(lines[22] == "controller 1: failed, 3,120 solves, failed 2 times, last: singular")
    #expect(
      lines[23] == "q quit  ? help  / filter  ◂▸ sort  a activate  d deactivate  r reset  R restart")
  }

  @Test("a terminal that is narrower loses columns, never the state, and a wide one gains the message")
  func columns() {
    let rows = [ControllerReading.madeUp(0, .failed, failures: 1, message: "singular")]
    #expect(TopTable(rows, width: 60).columns == [.controller, .state, .core, .p50, .p99, .max, .fails, .restarts])
    #expect(TopTable(rows, width: 30).columns == [.controller, .state, .p99, .fails])
    #expect(TopTable(rows, width: 13).columns == [.controller, .state])
    #expect(TopTable(rows, width: 1).columns == [.controller])
    #expect(TopTable(rows, width: 140).columns == TopColumn.allCases)
    #expect(TopTable(rows, width: 140).line(rows[0], isMarked: true).text.hasSuffix("controller-0  singular"))
  }

  @Test("who is out is told in words and in red")
  func colours() throws {
    let rows = [
      ControllerReading.madeUp(0), .madeUp(1, .failed, failures: 3, message: "singular"), .madeUp(2, .dead, deaths: 2),
      .madeUp(3, status: .late, timesLate: 1),
    ]
    let lines = TopScreen.lines(TopModel(.madeUp(rows), width: 100))
    func style(_ line: StyledLine, _ text: String) -> [TextStyle]? { line.spans.last { $0.text == text }?.styles }
    #expect(style(lines[0], "1 failed") == [.red] && style(lines[0], "1 dead") == [.red])
    #expect(style(lines[0], "1 late") == [.red] && style(lines[0], "1 active") == [.green])
    #expect(style(lines[6], "failed") == [.red] && style(lines[6], "3") == [.red])
    #expect(style(lines[7], "dead") == [.red] && style(lines[7], "2") == [.yellow])
    #expect(style(lines[8], "late") == [.red] && style(lines[8], "1") == [.yellow])
    // What is known beside its row, of the first that is out, or of who is selected.
    var model = TopModel(.madeUp(rows))
    #expect(TopScreen.lines(model)[22].text == "controller 1: failed, 3,120 solves, failed 3 times, last: singular")
    for _ in 0..<3 { _ = model.press(.down) }
    #expect(TopScreen.lines(model)[22].text == "controller 2: dead, 3,120 solves, died 2 times")
  }

  @Test("the selected row is shown in reverse over the whole width, and scrolled to")
  func selection() throws {
    var model = TopModel(.madeUp(count: 200), height: 15)
    for key in [TopKey.end, .up, .up] { _ = model.press(key) }
    let lines = TopScreen.lines(model)
    let line = try #require(lines.first { $0.spans.contains { $0.styles.contains(.reverse) } })
    #expect(line.text.hasPrefix("  197 active ") && line.width == 80)
    #expect(line.spans.allSatisfy { $0.styles.contains(.reverse) })
    #expect(lines[4].text.contains("STATE") && lines[12].text.hasPrefix("  199 "), "the last row is at the bottom")
    model.height = 10
    #expect(TopScreen.lines(model).contains { $0.text.hasPrefix("  197 ") })
  }

  @Test("a cluster that has ended says why, and how to leave")
  func end() {
    let lines = TopScreen.lines(TopModel(.madeUp([.madeUp(0)], end: "the simulator ended with exit code 3")))
    #expect(
      lines[0].text.hasPrefix("go2  ended  ")
        && lines[22].text == "ended: the simulator ended with exit code 3; q leaves")
  }

  @Test("what is asked names all that it would restart")
  func questions() {
    let rows = (0..<6).map { ControllerReading.madeUp($0, process: "controllers-\($0 / 3 * 3)-\($0 / 3 * 3 + 2)") }
    func question(_ keys: [TopKey]) -> String {
      var model = TopModel(.madeUp(rows), width: 120)
      for key in keys { _ = model.press(key) }
      return TopScreen.lines(model)[22].text
    }
    #expect(question([.down, .down, .character("a")]) == "activate controller 1? y does it, any other key does not")
    #expect(
      question([.character("*"), .down, .character(" "), .character("d")])
        == "deactivate controllers 1-5? their commands go back to homing; y does it, any other key does not")
    #expect(
      question([.down, .down, .character("R")])
        == "restart controller 1? with them all of their processes': controllers 0-2; y does it, any other key does not"
    )
  }

  @Test("a page for no terminal has all columns and rows, and no spaces at the ends")
  func page() {
    let rows = [ControllerReading.madeUp(0), .madeUp(1, .dead, deaths: 1, message: "it was late")]
    let page = TopScreen.page(.madeUp(rows), TopOrder(.state), TopFilter()).map(\.text)
    #expect(page.count == 8 && page[5].contains("STATE▼") && page[5].hasSuffix("MESSAGE"))
    #expect(
      page[6].contains(" 1  dead ") && page[6].hasSuffix("controller-1  it was late") && page[7].contains(" 0  active ")
    )
    #expect(page.allSatisfy { !$0.hasSuffix(" ") })
    #expect(TopScreen.page(.madeUp(rows), TopOrder(), TopFilter("dead")).count == 7)
  }
}
