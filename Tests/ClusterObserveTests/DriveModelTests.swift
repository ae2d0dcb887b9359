import Testing

@testable import ClusterObserve

@Suite("What keys make of a command")
struct DriveModelTests {
  private static let milliseconds: UInt64 = 1_000_000

  private static func model(keeps: Bool = false, start: DriveCommand = .init()) -> DriveModel {
    DriveModel(
      .init(hasTwist: true, hasHeight: true, hasPhase: true, contacts: ["left", "right"]), rows: [2, 5, 7], speed: 0.4,
      turnSpeed: 0.8, keeps: keeps, start: start)
  }

  @Test("a speed lasts while its key repeats, and ends soon after the last repetition")
  func repetition() {
    var model = Self.model()
    var now = 1000 * Self.milliseconds
    #expect(model.press(.character("w"), at: now) == .send)
    #expect(model.command.forward == 0.4 && model.command.isMoving)
    // The keyboard's delay, longer than any between repetitions.
    now += 500 * Self.milliseconds
    #expect(model.pass(to: now) == 1700 * Self.milliseconds && model.command.forward == 0.4)
    for _ in 0..<40 {
      #expect(model.press(.character("w"), at: now) == .send)
      now += 33 * Self.milliseconds
      _ = model.pass(to: now)
      #expect(model.command.forward == 0.4)
    }
    let last = now - 33 * Self.milliseconds
    #expect(model.pass(to: last + 299 * Self.milliseconds) == last + 300 * Self.milliseconds)
    #expect(model.command.isMoving)
    #expect(model.pass(to: last + 300 * Self.milliseconds) == .max && !model.command.isMoving)
  }

  @Test("a single press lasts longer than a keyboard takes to repeat, and then ends by itself")
  func single() {
    var model = Self.model()
    _ = model.press(.right, at: 5 * Self.milliseconds)
    #expect(model.command.turn == -0.8)
    #expect(model.pass(to: 704 * Self.milliseconds) == 705 * Self.milliseconds)
    #expect(model.pass(to: 705 * Self.milliseconds) == .max && !model.command.isMoving)
  }

  @Test("the other direction takes over at once; directions do not end each other; a stop ends all")
  func directions() {
    var model = Self.model()
    _ = model.press(.character("a"), at: 0)
    _ = model.press(.character("d"), at: 1)
    _ = model.press(.up, at: 2)
    #expect(model.command.left == -0.4 && model.command.forward == 0.4)
    #expect(model.press(.character(" "), at: 3) == .send)
    #expect(model.command == DriveCommand() && model.pass(to: 4) == .max)
  }

  @Test("kept speeds go in quarters, up to all of it in both directions, for ever")
  func kept() {
    var model = Self.model(keeps: true)
    for _ in 0..<6 { _ = model.press(.up, at: 0) }
    #expect(model.command.forward == 0.4 && model.pass(to: .max - 1) == .max)
    for _ in 0..<9 { _ = model.press(.down, at: 0) }
    #expect(model.command.forward == -0.4)
    _ = model.press(.character("t"), at: 0)
    #expect(!model.keeps && !model.command.isMoving)
  }

  @Test("what was not touched is not commanded; heights, phases and contacts begin where the row is")
  func references() {
    var start = DriveCommand()
    (start.height, start.phase, start.contacts) = (0.299, 3, [true, false])
    var model = Self.model(start: start)
    #expect(model.command == DriveCommand())
    _ = model.press(.character("r"), at: 0)
    _ = model.press(.character("]"), at: 0)
    _ = model.press(.character("2"), at: 0)
    #expect(model.command.height == 0.31 && model.command.phase == 4 && model.command.contacts == [true, true])
    for _ in 0..<9 { _ = model.press(.character("["), at: 0) }
    #expect(model.command.phase == 0)
    #expect(model.press(.character("3"), at: 0) == nil && model.press(.character("x"), at: 0) == nil)
  }

  @Test("another target begins anew: what was commanded was for those before")
  func targets() {
    var model = Self.model(keeps: true)
    _ = model.press(.up, at: 0)
    _ = model.press(.character("r"), at: 0)
    #expect(model.targets == [2, 5, 7])
    for expected in [[2], [5], [7], [2]] {
      #expect(model.press(.character("n"), at: 0) == .send)
      #expect(model.targets == expected && model.command == DriveCommand())
    }
    _ = model.press(.character("p"), at: 0)
    #expect(model.targets == [7])
    _ = model.press(.character("*"), at: 0)
    #expect(model.targets == [2, 5, 7])
  }
}
