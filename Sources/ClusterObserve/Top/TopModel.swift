/// What is looked at, and how: everything that decides what ``TopScreen`` shows. Keys and readings go in; nothing here knows a
/// terminal or a cluster.
public struct TopModel: Sendable {
  public enum Mode: Sendable, Equatable {
    case rows, help
    /// The filter is being typed; what it was before comes back with Escape.
    case filtering(before: String)
    /// Waits for a yes.
    case confirming(TopRequest)
  }

  public struct Message: Sendable, Equatable {
    public var text: String
    public var style: TextStyle

    public init(_ text: String, _ style: TextStyle) { (self.text, self.style) = (text, style) }
  }

  /// What a key asks of others than the screen.
  public enum Action: Sendable, Equatable {
    case quit, redraw
    /// Other figures, as ``isTotal`` says now.
    case read
    case ask(TopRequest)
  }

  public var reading: TopReading {
    didSet {
      arrange()
      // Why it has ended matters more than what was answered before.
      if oldValue.end == nil, reading.end != nil { message = nil }
    }
  }
  public var order: TopOrder { didSet { arrange() } }
  public var filter: TopFilter { didSet { arrange() } }
  /// Whether times are those since the beginning, in place of those of late.
  public private(set) var isTotal = false
  public private(set) var mode = Mode.rows
  /// The last answer to a request.
  public var message: Message?
  public var width: Int { didSet { scroll() } }
  public var height: Int { didSet { scroll() } }

  /// Those that the filter lets through, in their order.
  private(set) var rows: [ControllerReading] = []
  /// A controller, and not a place: what is asked of it must not go to another that has taken its place. As long as none is, the
  /// screen stays where it is, whoever comes to stand there.
  private(set) var selected: Int?
  private(set) var marked: Set<Int> = []
  /// The first row on the screen.
  private(set) var first = 0

  public init(
    _ reading: TopReading, order: TopOrder = .init(), filter: TopFilter = .init(), width: Int = 80, height: Int = 24
  ) {
    (self.reading, self.order, self.filter, self.width, self.height) = (reading, order, filter, width, height)
    arrange()
  }

  private mutating func arrange() {
    rows = order.sorted(reading.controllers.filter(filter.fits))
    scroll()
  }

  /// The selected row's place; `nil` when none is, or the filter hides it.
  var place: Int? { rows.firstIndex { $0.index == selected } }

  /// Keeps the selected row on the screen.
  private mutating func scroll() {
    let room = max(1, TopScreen.Heights(height).rows)
    first = max(0, min(first, rows.count - room))
    if let place { first = max(place - room + 1, min(first, place)) }
  }

  /// What the next request is about: the marked ones, or else the selected one.
  private var targets: [Int] { marked.isEmpty ? place.map { [rows[$0].index] } ?? [] : marked.sorted() }

  // MARK: Keys

  public mutating func press(_ key: TopKey) -> Action? {
    if key == .redraw { return .redraw }
    // It has been read.
    message = nil
    switch mode {
    case .rows: return pressInRows(key)
    case .help:
      mode = .rows
      return nil
    case .filtering(let before):
      type(key, before)
      return nil
    case .confirming(let request):
      mode = .rows
      guard key == .character("y") || key == .character("Y") || key == .enter else {
        message = Message("nothing was done", .dim)
        return nil
      }
      return .ask(request)
    }
  }

  private mutating func pressInRows(_ key: TopKey) -> Action? {
    let page = max(1, TopScreen.Heights(height).rows - 1)
    switch key {
    case .up, .character("k"): select(by: -1)
    case .down, .character("j"): select(by: 1)
    case .pageUp: select(by: -page)
    case .pageDown: select(by: page)
    case .home, .character("g"): select(by: -rows.count)
    case .end, .character("G"): select(by: rows.count)
    case .left, .character("<"): sort(by: -1)
    case .right, .character(">"): sort(by: 1)
    case .character("i"): order.isInverted.toggle()
    case .character("t"):
      isTotal.toggle()
      return .read
    case .character("/"): mode = .filtering(before: filter.text)
    case .character("?"), .character("h"): mode = .help
    case .character(" "):
      guard let place else { return nil }
      marked.formSymmetricDifference([rows[place].index])
      select(by: 1)
    case .character("*"):
      let shown = Set(rows.map(\.index))
      marked = shown.isSubset(of: marked) ? marked.subtracting(shown) : marked.union(shown)
    case .escape:
      // One thing at a time.
      if !marked.isEmpty {
        marked = []
      } else if place != nil {
        selected = nil
      } else {
        filter.text = ""
      }
    case .character("q"): return .quit
    case .character(let character):
      guard let verb = TopRequest.Verb(key: character) else { return nil }
      if reading.end != nil {
        message = Message("the cluster has ended", .yellow)
      } else if targets.isEmpty {
        message = Message("first select a controller with the arrows, or mark some", .yellow)
      } else {
        mode = .confirming(TopRequest(verb: verb, controllers: targets))
      }
    case .enter, .backspace, .redraw: break
    }
    return nil
  }

  private mutating func select(by distance: Int) {
    guard !rows.isEmpty else { return }
    selected = rows[min(max((place ?? first - 1) + distance, 0), rows.count - 1)].index
    scroll()
  }

  private mutating func sort(by distance: Int) {
    let shown = TopColumn.sortable.filter(TopTable(reading.controllers, width: width).columns.contains)
    let place = shown.firstIndex(of: order.column) ?? 0
    order = TopOrder(shown[(place + distance + shown.count) % shown.count])
  }

  private mutating func type(_ key: TopKey, _ before: String) {
    switch key {
    case .character(let character): filter.text.append(character)
    case .backspace: if !filter.text.isEmpty { filter.text.removeLast() }
    case .enter: mode = .rows
    case .escape:
      filter.text = before
      mode = .rows
    default: break
    }
  }
}
