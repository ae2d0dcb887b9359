import ControlCluster

/// What keys make of a command, and for whom. Keys and times go in, commands come out; nothing here knows a terminal or a cluster.
public struct DriveModel: Sendable {
  public enum Action: Sendable, Equatable {
    case quit
    /// The command, or for whom it is, has changed.
    case send
  }

  /// What there is to drive.
  public struct Outfit: Sendable {
    public var hasTwist: Bool
    public var hasHeight: Bool
    public var hasPhase: Bool
    public var contacts: [String]

    public init(_ fields: DriveFields) {
      (hasTwist, hasHeight, hasPhase) = (fields.hasTwist, fields.hasHeight, fields.hasPhase)
      contacts = fields.contactNames
    }

    init(hasTwist: Bool, hasHeight: Bool, hasPhase: Bool, contacts: [String]) {
      (self.hasTwist, self.hasHeight, self.hasPhase, self.contacts) = (hasTwist, hasHeight, hasPhase, contacts)
    }
  }

  let outfit: Outfit
  /// All that may be driven.
  let rows: [Int]
  /// The one that is driven alone; `nil` is all of them.
  private(set) var chosen: Int?
  /// m/s and rad/s at full speed.
  private(set) var speed: Double
  private(set) var turnSpeed: Double
  /// Whether speeds stay until they are changed, and do not follow the keys.
  private(set) var keeps: Bool
  private(set) var forward = DriveAxis()
  private(set) var left = DriveAxis()
  private(set) var turn = DriveAxis()
  /// What height, phase and contacts of the first target were when it was chosen.
  public var start: DriveCommand
  private(set) var height: Double?
  private(set) var phase: Int?
  private(set) var contacts: [Bool]?

  /// m that a press changes the height by.
  private static let heightStep = 0.01
  private static let speedFactor = 1.25

  /// - Parameters:
  ///   - speed: m/s
  ///   - turnSpeed: rad/s
  ///   - start: what the first row holds.
  public init(_ outfit: Outfit, rows: [Int], speed: Double, turnSpeed: Double, keeps: Bool, start: DriveCommand) {
    (self.outfit, self.rows, self.speed, self.turnSpeed, self.keeps) = (outfit, rows, speed, turnSpeed, keeps)
    self.start = start
  }

  /// Whom it is for.
  public var targets: [Int] { chosen.map { [$0] } ?? rows }

  public var command: DriveCommand {
    var command = DriveCommand()
    (command.forward, command.left) = (forward.value * speed, left.value * speed)
    command.turn = turn.value * turnSpeed
    (command.height, command.phase, command.contacts) = (height, phase, contacts)
    return command
  }

  /// Lets speeds that no key holds any more go to zero.
  /// - Parameter now: CLOCK_MONOTONIC, ns.
  /// - Returns: when the next one will; `.max` when none moves.
  public mutating func pass(to now: UInt64) -> UInt64 {
    let ends = (forward.pass(to: now), left.pass(to: now), turn.pass(to: now))
    return min(ends.0, ends.1, ends.2)
  }

  /// Everything stands still.
  public mutating func stop() {
    forward.stop()
    left.stop()
    turn.stop()
  }

  // MARK: Keys

  public mutating func press(_ key: TopKey, at now: UInt64) -> Action? {
    switch key {
    case .character("q"), .escape: return .quit
    case .up, .character("w"): return move(\.forward, 1, now)
    case .down, .character("s"): return move(\.forward, -1, now)
    case .character("a"): return move(\.left, 1, now)
    case .character("d"): return move(\.left, -1, now)
    case .left, .character("j"): return move(\.turn, 1, now)
    case .right, .character("l"): return move(\.turn, -1, now)
    case .character(" "): stop()
    case .character("r"): lift(by: Self.heightStep)
    case .character("f"): lift(by: -Self.heightStep)
    case .character("]"): count(by: 1)
    case .character("["): count(by: -1)
    case .character("c"): if !outfit.contacts.isEmpty { contacts = outfit.contacts.map { _ in true } }
    case .character("+"), .character("="): scale(by: Self.speedFactor)
    case .character("-"): scale(by: 1 / Self.speedFactor)
    case .character("t"):
      keeps.toggle()
      stop()
    case .character("n"): choose(neighbour(1))
    case .character("p"): choose(neighbour(-1))
    case .character("*"): choose(nil)
    case .character(let character):
      guard let digit = character.wholeNumberValue, outfit.contacts.indices.contains(digit - 1) else { return nil }
      var changed = contacts ?? start.contacts ?? outfit.contacts.map { _ in true }
      changed[digit - 1].toggle()
      contacts = changed
    default: return nil
    }
    return .send
  }

  private mutating func move(_ axis: WritableKeyPath<DriveModel, DriveAxis>, _ direction: Double, _ now: UInt64)
    -> Action?
  {
    guard outfit.hasTwist else { return nil }
    self[keyPath: axis].press(direction, at: now, keeps: keeps)
    return .send
  }

  private mutating func lift(by step: Double) {
    guard outfit.hasHeight else { return }
    // Whole steps, without the rounding errors of their sum.
    height = ((height ?? start.height ?? 0) / Self.heightStep + step / Self.heightStep).rounded() * Self.heightStep
  }

  private mutating func count(by step: Int) {
    guard outfit.hasPhase else { return }
    phase = max(0, (phase ?? start.phase ?? 0) + step)
  }

  private mutating func scale(by factor: Double) {
    speed = min(10, max(0.01, speed * factor))
    turnSpeed = min(10, max(0.01, turnSpeed * factor))
  }

  /// Whoever was driven until now stands still, and what was set is not for others.
  private mutating func choose(_ row: Int?) {
    stop()
    (height, phase, contacts) = (nil, nil, nil)
    chosen = row
  }

  private func neighbour(_ step: Int) -> Int {
    let place = chosen.flatMap(rows.firstIndex) ?? (step > 0 ? -1 : 0)
    return rows[(place + step + rows.count) % rows.count]
  }
}
