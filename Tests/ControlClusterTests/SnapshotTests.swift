import Glibc
import Testing

@testable import ControlCluster

@Suite("Snapshots of step buffers")
struct SnapshotTests {
  typealias Stage = ClusterSnapshot.Stage

  /// Does something once, the first time that a taking is at a stage.
  static func at(_ stage: Stage, of snapshot: ClusterSnapshot, _ body: @escaping () -> Void) {
    var isDone = false
    snapshot.onStage = {
      guard $0 == stage, !isDone else { return }
      isDone = true
      body()
    }
  }

  static func numbers(_ snapshot: ClusterSnapshot, _ buffer: String) throws -> [Double] {
    let columns = try snapshot.columns(buffer, "numbers", as: Double.self)
    return (0..<columns.rows).map { row in
      columns.withRow(row) { values in values.allSatisfy { $0 == values[0] } ? values[0] : -1 }
    }
  }

  static func moments(_ snapshot: ClusterSnapshot, _ buffer: String) throws -> [RowMoment] {
    try (0..<2).map { try snapshot.moment(of: buffer, row: $0) }
  }

  @Test("a step between processes: what the simulator had written, and what the controllers answered to it")
  func wholeStep() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      let client = try cluster.client()
      let snapshot = try Segment.attach(to: cluster.name, as: .observer).snapshot(of: ["robot_state", "rhc_commands"])
      #expect(snapshot.take() == .betweenSteps(after: 0))
      for slot in 0..<2 { try client.order(slot, .sleep, 0.1 * Double(slot + 1)) }
      try client.trigger()
      #expect(snapshot.take() == .inFlight(1))
      #expect(snapshot.outcome(of: 1) == .due)
      let taking = try Thread.start { [snapshot = Unshared(snapshot)] in snapshot.value.take(within: 20) }
      let report = try client.wait()
      // The simulator goes on at once.
      for slot in 0..<2 { try client.order(slot, .echo, 77) }
      pthread_join(taking, nil)
      #expect(report.solved == 2 && snapshot.moment == .step(report.generation))
      let arguments = try snapshot.columns("robot_state", "argument", as: Double.self)
      let answers = try snapshot.columns("rhc_commands", "number", as: Double.self)
      for slot in 0..<2 {
        #expect(arguments[slot, 0] == 0.1 * Double(slot + 1) && answers[slot, 0] == arguments[slot, 0])
        #expect(snapshot.outcome(of: slot) == .solved)
        #expect(try snapshot.moment(of: "robot_state", row: slot) == .input(report.generation))
        #expect(try snapshot.moment(of: "rhc_commands", row: slot) == .answer(report.generation))
      }
    }
  }

  private struct Unshared<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  @Test("before the first step, between steps and in a step that does not end it says so, row by row")
  func what() throws {
    let puppet = try PuppetCluster()
    let snapshot = try puppet.snapshot()
    let answers = try puppet.snapshot(of: ["response"])
    #expect(snapshot.moment == nil)
    #expect(snapshot.take() == .betweenSteps(after: 0) && answers.take() == .step(0))
    #expect(try Self.moments(answers, "response") == [.safe(0), .safe(0)] && answers.outcome(of: 0) == .free)

    puppet.begin([0, 1])
    puppet.answer(1)
    #expect(snapshot.take() == .inFlight(1) && answers.take() == .inFlight(1))
    #expect(try Self.moments(snapshot, "stimulus") == [.input(1), .input(1)])
    #expect(try Self.moments(snapshot, "response") == [.safe(0), .answer(1)])
    #expect((0..<2).map(snapshot.outcome) == [.due, .solved])

    puppet.answer(0)
    // All have settled, and the client has not seen it yet.
    #expect(snapshot.take() == .step(1))
    #expect(try Self.numbers(snapshot, "stimulus") == [1, 1] && Self.numbers(snapshot, "response") == [1, 1])
    puppet.end()
    puppet.writeInputs(99)
    #expect(snapshot.take() == .betweenSteps(after: 1) && answers.take() == .step(1))
    #expect(try Self.moments(snapshot, "stimulus") == [.open, .open])
    #expect(try Self.moments(snapshot, "response") == [.answer(1), .answer(1)])
  }

  @Test("of the simulator's buffers alone it needs no end of a step")
  func inputsOnly() throws {
    let puppet = try PuppetCluster()
    let snapshot = try puppet.snapshot(of: ["stimulus"])
    #expect(snapshot.take(within: 0.001) == .betweenSteps(after: 0))
    puppet.begin([0, 1])
    #expect(snapshot.take() == .step(1))
    #expect(try Self.numbers(snapshot, "stimulus") == [1, 1])
  }

  @Test("inputs that the simulator may have overwritten are not the step's, even if a later step has the same number")
  func overwrittenInputs() throws {
    for reusesNumber in [false, true] {
      let puppet = try PuppetCluster()
      puppet.begin([])
      let snapshot = try puppet.snapshot(of: ["stimulus"])
      Self.at(.copiedInputs, of: snapshot) {
        // A client that died before it had asked anybody leaves its number to its successor.
        puppet.control.pass(to: .simulator, in: reusesNumber ? 0 : 1)
        puppet.writeInputs(5)
        if reusesNumber { puppet.control.pass(to: .controllers, in: 1) }
      }
      #expect(snapshot.take() == .overtaken)
      #expect(try snapshot.moment(of: "stimulus", row: 0) == (reusesNumber ? .input(1) : .open))
    }
  }

  @Test("a step that has begun is not complete before all have been asked")
  func halfPublished() throws {
    let puppet = try PuppetCluster()
    puppet.step([0, 1])
    puppet.writeInputs(2)
    puppet.pass()
    let snapshot = try puppet.snapshot()
    let answers = try puppet.snapshot(of: ["response"])
    #expect(snapshot.take() == .inFlight(2) && answers.take() == .inFlight(2))
    puppet.set(0, .due)
    puppet.answer(0)
    #expect(snapshot.take() == .inFlight(2) && answers.take() == .inFlight(2))
    // The client is replaced before it has asked the other: that one took no part.
    puppet.end()
    #expect(answers.take() == .step(2))
    #expect((0..<2).map(answers.outcome) == [.solved, .free])
    #expect(try Self.moments(answers, "response") == [.answer(2), .answer(1)])
  }

  @Test("rows that settle early are taken early: the next step may begin before the last has been looked at")
  func overlappingSteps() throws {
    for (stage, expected) in [(Stage.waiting, SnapshotMoment.step(1)), (.copiedAnswer(0), .overtaken)] {
      let puppet = try PuppetCluster()
      puppet.begin([0, 1])
      puppet.answer(0)
      let snapshot = try puppet.snapshot()
      Self.at(stage, of: snapshot) {
        puppet.set(1, .late)
        puppet.end()
        puppet.begin([0])
        puppet.answer(0)
      }
      #expect(snapshot.take(within: expected == .overtaken ? 0 : 5) == expected)
      guard expected == .step(1) else { continue }
      #expect(try Self.numbers(snapshot, "stimulus") == [1, 1] && Self.numbers(snapshot, "response")[0] == 1)
      #expect((0..<2).map(snapshot.outcome) == [.solved, .late])
    }
  }

  @Test("a slot that already is in the next step is not taken for one that took no part")
  func nextStep() throws {
    let puppet = try PuppetCluster()
    puppet.begin([0, 1])
    puppet.answer(0)
    let snapshot = try puppet.snapshot()
    Self.at(.waiting, of: snapshot) {
      puppet.answer(1)
      puppet.end()
      puppet.begin([0, 1])
    }
    #expect(snapshot.take(within: 0.001) != .step(1))
  }

  @Test("generations wrap")
  func wrap() throws {
    let puppet = try PuppetCluster(generation: .max - 1)
    let snapshot = try puppet.snapshot()
    for expected in [UInt32.max, 0, 1] {
      puppet.begin([0, 1])
      Self.at(.waiting, of: snapshot) {
        for slot in 0..<2 { puppet.answer(slot) }
        puppet.end()
      }
      #expect(snapshot.take(within: 5) == .step(expected))
      #expect(try Self.numbers(snapshot, "response") == [Double(expected), Double(expected)])
    }
  }

  @Test("what cannot be of a step is refused, and rows and fields that are not there")
  func refusals() throws {
    let cluster = try TestCluster(starts: false)
    let observer = try Segment.attach(to: cluster.name, as: .observer)
    for buffer in ["goal", "telemetry"] {
      #expect(
        throws: ClusterError.wrongSync(
          buffer: buffer, what: "its rows are of no step; each is read whole with row(_:of:)")
      ) {
        try observer.snapshot(of: [buffer])
      }
    }
    #expect(throws: ClusterError.self) { try observer.snapshot(of: ["nothing"]) }
    let snapshot = try observer.snapshot(of: ["clock", "rhc_commands", "clock"])
    #expect(snapshot.buffers.map(\.name) == ["clock", "rhc_commands"])
    #expect(throws: ClusterError.unknownBuffer("robot_state", known: ["clock", "rhc_commands"])) {
      try snapshot.moment(of: "robot_state", row: 0)
    }
    #expect(throws: ClusterError.slotOutOfRange(slot: 1, count: 1)) { try snapshot.moment(of: "clock", row: 1) }
    #expect(throws: ClusterError.self) { try snapshot.columns("clock", "time", as: Float.self) }
    #expect(throws: ClusterError.self) { try snapshot.columns("clock", "x", as: Double.self) }
    snapshot.take()
    let commands = try observer.buffer("rhc_commands")
    #expect(
      try snapshot.withRow("rhc_commands", 0) { Array($0) } == Array(commands.initialRow.prefix(commands.rowSize)))
  }

  @Test("bytes at any place and of any number are copied, and none beside them")
  func sharedBytes() {
    let source = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    let target = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer {
      source.deallocate()
      target.deallocate()
    }
    for byte in 0..<64 { source.storeBytes(of: UInt8(byte + 1), toByteOffset: byte, as: UInt8.self) }
    for from in 0..<16 {
      for to in 0..<16 {
        for count in 0...40 {
          target.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
          SharedBytes.copy(count, from: source + from, to: target + to)
          let isRight = (0..<64).allSatisfy { byte in
            let expected = (to..<to + count).contains(byte) ? UInt8(from + byte - to + 1) : 0
            return target.load(fromByteOffset: byte, as: UInt8.self) == expected
          }
          if !isRight { Issue.record("\(count) bytes from \(from) to \(to)") }
        }
      }
    }
  }
}
