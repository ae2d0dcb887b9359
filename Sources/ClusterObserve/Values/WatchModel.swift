import ControlCluster

/// What `ccluster watch` shows on a terminal: a page of values that is longer than the screen, perhaps. Keys and readings go in;
/// nothing here knows a terminal or a cluster.
public struct WatchModel: Sendable {
  public enum Action: Sendable, Equatable {
    case quit
  }

  /// The values now, and the cluster's state with its figures.
  public var reading: (values: ValueReading, status: ClusterStatus)? { didSet { arrange() } }
  /// Why the cluster has ended.
  public var end: String?
  /// Whether the values stand still while the cluster goes on.
  public private(set) var isPaused = false
  /// A second.
  public var rate = 0.0
  private var width = 80
  private var height = 24
  /// Without the title, which does not scroll.
  private var body: [StyledLine] = []
  private var first = 0

  public init(rate: Double) { self.rate = rate }

  public mutating func resize(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    arrange()
  }

  private mutating func arrange() {
    guard let reading else { return }
    body = Array(ValuePage(reading.values, width: width).lines.dropFirst(2))
    scroll(by: 0)
  }

  /// Lines between the title and the keys.
  private var room: Int { max(0, height - (height >= 4 ? 3 : height >= 2 ? 1 : 0)) }

  private mutating func scroll(by lines: Int) {
    first = max(0, min(first + lines, body.count - room))
  }

  // MARK: Keys

  public mutating func press(_ key: TopKey) -> Action? {
    switch key {
    case .up, .character("k"): scroll(by: -1)
    case .down, .character("j"): scroll(by: 1)
    case .pageUp: scroll(by: -max(1, room - 1))
    case .pageDown: scroll(by: max(1, room - 1))
    case .home, .character("g"): scroll(by: -body.count)
    case .end, .character("G"): scroll(by: body.count)
    case .character(" "), .character("p"): isPaused.toggle()
    case .character("q"), .escape: return .quit
    default: break
    }
    return nil
  }

  // MARK: Lines

  /// As many as the screen is high, none wider than it.
  public func lines() -> [StyledLine] {
    guard height > 0 else { return [] }
    var lines = height >= 2 ? [title] : []
    lines += body.dropFirst(first).prefix(room)
    lines += Array(repeating: StyledLine(), count: max(0, (height >= 2 ? 1 : 0) + room - lines.count))
    if height >= 4 { lines += [notice, keys] }
    return lines.prefix(height).map { $0.cut(to: width) }
  }

  private var title: StyledLine {
    guard let reading else { return StyledLine() }
    let (values, status) = reading
    var line = StyledLine(values.name, .bold)
    line.add("  ")
    line.add(end == nil ? status.state.rawValue : "ended", end == nil ? [status.state.style] : [.bold, .red])
    if let step = values.step { line.add("  step \(Quantity.thousands(Int(step)))") }
    if status.figures.rate > 0 { line.add("  \(Quantity.plain(status.figures.rate))/s") }
    if isPaused { line.add("  paused", .bold, .yellow) }
    return line
  }

  /// What must be known of these values.
  private var notice: StyledLine {
    if let end { return StyledLine("ended: \(end)", .bold, .red) }
    guard let values = reading?.values else { return StyledLine() }
    let torn = values.tornRows
    if !torn.isEmpty { return StyledLine("rows \(Quantity.ranges(torn)) were being written", .red) }
    return StyledLine(values.warning ?? "", .yellow)
  }

  private var keys: StyledLine {
    var line = StyledLine()
    if body.count > room {
      line.add("lines \(first + 1)-\(min(body.count, first + room)) of \(body.count)", .yellow)
      line.add("  ▴▾", .bold)
      line.add(" scroll  ")
    }
    line.add("space", .bold)
    line.add(isPaused ? " go on  " : " pause  ")
    line.add("q", .bold)
    line.add(" quit")
    line.add("  \(Quantity.plain(rate))/s", .dim)
    return line
  }
}
