import ControlCluster
import Testing

@testable import ClusterObserve

@Suite("What keys do in top")
struct TopModelTests {
  private func shown(_ model: TopModel) -> [Int] { model.rows.map(\.index) }

  @Test(
    "sorting brings first what matters most, and the other way round; what is unknown comes last, equals keep their order"
  )
  func sorting() {
    let rows = [
      ControllerReading.madeUp(0, p99: 2e-3, norm: 1), .madeUp(1, .dead, p99: nil, norm: .nan),
      .madeUp(2, p99: 3e-3, norm: nil), .madeUp(3, p99: 2e-3, norm: 5),
      .madeUp(4, .failed, core: 0, p99: 1e-3, norm: 1),
    ]
    var model = TopModel(.madeUp(rows))
    func order(_ column: TopColumn, inverted: Bool = false) -> [Int] {
      model.order = TopOrder(column, inverted: inverted)
      return shown(model)
    }
    #expect(order(.p99) == [2, 0, 3, 4, 1])
    #expect(order(.p99, inverted: true) == [4, 0, 3, 2, 1])
    #expect(order(.state) == [1, 4, 0, 2, 3])
    #expect(order(.core) == [4, 0, 1, 2, 3])
    #expect(order(.command) == [1, 3, 0, 4, 2])
    #expect(order(.controller, inverted: true) == [4, 3, 2, 1, 0])
    for column in TopColumn.sortable { #expect(order(column).sorted() == [0, 1, 2, 3, 4]) }
  }

  @Test("arrows go through the columns that are on the screen, round and round")
  func columns() {
    var model = TopModel(.madeUp(count: 3), width: 30)
    var seen: [TopColumn] = []
    repeat {
      seen.append(model.order.column)
      _ = model.press(.right)
    } while model.order.column != .controller
    #expect(seen == [.controller, .state, .p99, .fails])
    _ = model.press(.left)
    _ = model.press(.character("i"))
    #expect(model.order == TopOrder(.fails, inverted: true))
  }

  @Test(
    "a filter lets through what all of its words fit",
    arguments: [
      ("", [0, 1, 2, 3, 4]), ("3", [3]), ("1-2,4", [1, 2, 4]), ("3-", [3, 4]), ("dead", [1]), ("out", [1, 2, 3]),
      ("LATE", [3]),
      ("out 2-9", [2, 3]), ("controllers-4", [4]), ("singular", [2]), ("act", [0, 4]), ("nothing", []), ("9", []),
      ("1-2-3", []),
    ] as [(String, [Int])])
  func filter(text: String, expected: [Int]) {
    let rows = [
      ControllerReading.madeUp(0), .madeUp(1, .dead), .madeUp(2, .failed, message: "a Singular matrix"),
      .madeUp(3, status: .late), .madeUp(4, process: "controllers-4-7"),
    ]
    #expect(shown(TopModel(.madeUp(rows), filter: TopFilter(text))) == expected)
  }

  @Test("a filter is typed with what it lets through before one's eyes; Escape brings the old one back, and then all")
  func typing() {
    var model = TopModel(.madeUp(count: 12), filter: TopFilter("0-9"))
    for key in [TopKey.character("/"), .character(" "), .character("3"), .character("x"), .backspace] {
      _ = model.press(key)
    }
    #expect(model.filter.text == "0-9 3" && shown(model) == [3])
    _ = model.press(.escape)
    #expect(model.filter.text == "0-9" && model.mode == .rows)
    _ = model.press(.character("/"))
    for _ in 0..<9 { _ = model.press(.backspace) }
    for key in [TopKey.character("q"), .enter] { #expect(model.press(key) == nil, "a letter is no command here") }
    #expect(model.filter.text == "q" && shown(model) == [])
    #expect(model.press(.character("R")) == nil && model.mode == .rows, "there is nobody to ask")
    _ = model.press(.escape)
    #expect(shown(model).count == 12)
  }

  @Test("nobody is selected before an arrow; who is then stays so, wherever the order takes it, until Escape")
  func selection() {
    var model = TopModel(
      .madeUp([.madeUp(0, p99: 1e-3), .madeUp(1, p99: 2e-3), .madeUp(2, p99: 3e-3)]), order: TopOrder(.p99))
    #expect(model.press(.character("R")) == nil && model.mode == .rows)
    #expect(model.message?.text == "first select a controller with the arrows, or mark some")
    for key in [TopKey.down, .down] { _ = model.press(key) }
    #expect(model.selected == 1)
    model.reading = .madeUp([.madeUp(0, p99: 1e-3), .madeUp(1, p99: 9e-3), .madeUp(2, p99: 3e-3)])
    #expect(model.selected == 1 && model.place == 0)
    _ = model.press(.character("d"))
    model.reading = .madeUp([.madeUp(0, p99: 9e-3), .madeUp(1, p99: 1e-3), .madeUp(2, p99: 3e-3)])
    #expect(model.press(.character("y")) == .ask(TopRequest(verb: .deactivate, controllers: [1])))
    _ = model.press(.escape)
    #expect(model.selected == nil)
    model.filter.text = "2"
    _ = model.press(.end)
    model.filter.text = "0"
    #expect(model.place == nil, "who is hidden is not meant")
  }

  @Test("requests go to whom is marked, or else selected, and only after a yes")
  func requests() {
    var model = TopModel(.madeUp(count: 5))
    _ = model.press(.down)
    #expect(model.press(.character("r")) == nil)
    #expect(model.press(.character("n")) == nil && model.message?.text == "nothing was done")
    _ = model.press(.character("R"))
    #expect(model.press(.enter) == .ask(TopRequest(verb: .restart, controllers: [0])))
    for key in [TopKey.end, .character(" "), .home, .character(" "), .character("a")] { _ = model.press(key) }
    #expect(model.press(.character("y")) == .ask(TopRequest(verb: .activate, controllers: [0, 4])))
    _ = model.press(.escape)
    #expect(model.marked.isEmpty)
    model.message = .init("activated", .green)
    model.reading.end = "it is over"
    #expect(model.message == nil)
    _ = model.press(.character("a"))
    #expect(model.mode == .rows && model.message?.text == "the cluster has ended")
    #expect(model.press(.character("q")) == .quit)
  }

  @Test("pages, ends and letters move the selection as in less")
  func moving() {
    var model = TopModel(.madeUp(count: 100), height: 27)
    let page = TopScreen.Heights(27).rows - 1
    for (key, expected) in [
      (TopKey.down, 0), (.pageDown, page), (.character("j"), page + 1), (.pageUp, 1), (.character("k"), 0), (.up, 0),
      (.character("G"), 99),
      (.down, 99), (.character("g"), 0), (.end, 99), (.home, 0),
    ] {
      _ = model.press(key)
      #expect(model.selected == expected, "\(key)")
    }
  }

  @Test(
    "requests name controllers as ranges",
    arguments: [
      ([3], "controller 3"), ([0, 1, 2], "controllers 0-2"), ([0, 2, 3, 9], "controllers 0, 2-3, 9"),
    ] as [([Int], String)])
  func words(controllers: [Int], expected: String) { #expect(TopRequest.words(controllers) == expected) }
}
