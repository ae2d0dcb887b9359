import ControlCluster

/// What stands on the screen of `ccluster drive`.
public struct DriveScreen: Sendable {
  public var model: DriveModel
  public var status: ClusterStatus
  /// What has been sent, and how it went.
  public var sending: Sending
  /// Why the cluster has ended.
  public var end: String?
  public var width: Int
  public var height: Int

  public struct Sending: Sendable {
    public var buffer: String
    /// Rows that were written.
    public var count = 0
    /// Whether something is being sent again and again.
    public var isActive = false
    /// What the last row got.
    public var linear: [Double]?
    public var angular: [Double]?
    /// Whether the twist is turned into the world's frame.
    public var isTurned: Bool
    /// What is wrong.
    public var problem: String?

    public init(buffer: String, isTurned: Bool) { (self.buffer, self.isTurned) = (buffer, isTurned) }
  }

  public init(_ model: DriveModel, _ status: ClusterStatus, _ sending: Sending) {
    (self.model, self.status, self.sending) = (model, status, sending)
    (width, height) = (80, 24)
  }

  /// No more than the screen is high, none wider than it.
  public var lines: [StyledLine] {
    // What is commanded comes first, where there are few lines.
    let all =
      [title, notice, StyledLine()] + commands + [StyledLine()] + sent + [StyledLine()] + Self.keys(model.outfit)
    return all.prefix(height).map { $0.cut(to: width) }
  }

  private var title: StyledLine {
    var line = StyledLine(status.name, .bold)
    line.add("  ")
    line.add(end == nil ? status.state.rawValue : "ended", end == nil ? [status.state.style] : [.bold, .red])
    line.add("  drives ")
    line.add(TopRequest.words(model.targets), .bold)
    if model.targets.count < model.rows.count { line.add(" of \(model.rows.count)") }
    return line
  }

  private var notice: StyledLine {
    if let end { return StyledLine("ended: \(end); q leaves", .bold, .red) }
    if let problem = sending.problem { return StyledLine(problem, .bold, .red) }
    return StyledLine()
  }

  private var commands: [StyledLine] {
    let command = model.command
    var lines: [StyledLine] = []
    if model.outfit.hasTwist {
      lines.append(Self.line("forward", Self.signed(command.forward), "m/s", command.forward != 0, model.forward.value))
      lines.append(Self.line("left", Self.signed(command.left), "m/s", command.left != 0, model.left.value))
      lines.append(Self.line("turn", Self.signed(command.turn), "rad/s", command.turn != 0, model.turn.value))
      var speed = Self.line(
        "speed", Quantity.fixed(model.speed, 2), "m/s, \(Quantity.fixed(model.turnSpeed, 2)) rad/s; ", false)
      speed.add(model.keeps ? "stays until it is changed" : "as long as a key is held", .dim)
      lines.append(speed)
    }
    if model.outfit.hasHeight {
      lines.append(
        Self.line("height", command.height.map { Quantity.fixed($0, 2) } ?? "-", "m", command.height != nil))
    }
    if model.outfit.hasPhase {
      lines.append(Self.line("phase", command.phase.map(String.init) ?? "-", "", command.phase != nil))
    }
    if !model.outfit.contacts.isEmpty { lines.append(contacts) }
    return lines
  }

  private var contacts: StyledLine {
    var line = StyledLine("contact  ", .dim)
    guard let contacts = model.contacts else {
      line.add("     -  ")
      line.add("as they are: \(model.outfit.contacts.joined(separator: ", "))", .dim)
      return line
    }
    for (index, name) in model.outfit.contacts.enumerated() {
      line.add("  \(index + 1) \(name) ")
      line.add(contacts[index] ? "●" : "○", contacts[index] ? .green : .yellow)
    }
    return line
  }

  private static func line(_ name: String, _ value: String, _ unit: String, _ isSet: Bool, _ share: Double? = nil)
    -> StyledLine
  {
    var line = StyledLine(name, .dim)
    line.pad(to: 9)
    line.add(String(repeating: " ", count: max(0, 6 - value.count)))
    line.add(value, isSet ? [.bold, .green] : [])
    line.add("  \(unit)")
    guard let share else { return line }
    line.pad(to: 24)
    line.add(bar(share), isSet ? TextStyle.green : .dim)
    return line
  }

  /// From -1 to 1 about a middle.
  private static func bar(_ share: Double) -> String {
    let half = 10
    let filled = Int((abs(share) * Double(half)).rounded())
    let empty = String(repeating: "·", count: half)
    let part = String(repeating: "·", count: half - filled)
    let full = String(repeating: "█", count: filled)
    return share < 0 ? part + full + "│" + empty : share > 0 ? empty + "│" + full + part : empty + "│" + empty
  }

  private static func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + Quantity.fixed(value, 2) }

  private var sent: [StyledLine] {
    var line = StyledLine()
    line.add(sending.isActive ? "sending" : "silent ", sending.isActive ? [.bold, .green] : [.dim])
    line.add("  \(Quantity.count(sending.count, "row")) of \(sending.buffer) written")
    guard let linear = sending.linear, let angular = sending.angular else {
      line.add(", nothing until a key is pressed", .dim)
      return [line]
    }
    if sending.isTurned { line.add(", turned into the world's frame", .dim) }
    func vector(_ values: [Double]) -> String { "[\(values.map { Quantity.fixed($0, 2) }.joined(separator: ", "))]" }
    var last = StyledLine("last   ", .dim)
    last.add("  linear \(vector(linear)) m/s, angular \(vector(angular)) rad/s")
    return [line, last]
  }

  private static func keys(_ outfit: DriveModel.Outfit) -> [StyledLine] {
    func line(_ pairs: [(String, String)]) -> StyledLine {
      var line = StyledLine()
      for (index, (key, meaning)) in pairs.enumerated() {
        line.pad(to: index * 27)
        line.add(key, .bold)
        line.add(" \(meaning)")
      }
      return line
    }
    var lines: [StyledLine] = []
    if outfit.hasTwist {
      lines.append(line([("w s ▴▾", "forward, back"), ("a d", "left, right"), ("j l ◂▸", "turn left, right")]))
      lines.append(line([("space", "stop"), ("+ -", "faster, slower"), ("t", "speeds stay")]))
    }
    var others: [(String, String)] = []
    if outfit.hasHeight { others.append(("r f", "higher, lower")) }
    if outfit.hasPhase { others.append(("[ ]", "phase")) }
    if !outfit.contacts.isEmpty { others.append(("1-\(min(9, outfit.contacts.count)) c", "contact, all")) }
    if !others.isEmpty { lines.append(line(others)) }
    lines.append(line([("n p", "next, previous one"), ("*", "all of them"), ("q", "leave")]))
    return lines
  }
}
