import CLinux
import Testing

@testable import ControlCluster

@Suite("The rules of a step, one thread at a time")
struct StepProtocolTests {
  /// Who may settle a slot, and what is then right.
  enum Event: CaseIterable {
    case workerSolves, workerFails, processDies, clientTimesOut
  }

  /// All orders in which `count` slots each meet some events, the publication among them.
  private static func orders(_ slots: Int) -> [[(slot: Int, event: Event)]] {
    let all = (0..<slots).flatMap { slot in Event.allCases.map { (slot: slot, event: $0) } }
    // Every sequence of three events of these, with repetition: the fourth can only find settled words.
    var sequences: [[(slot: Int, event: Event)]] = [[]]
    for _ in 0..<4 { sequences = sequences.flatMap { sequence in all.map { sequence + [$0] } } }
    return sequences
  }

  @Test("in every order of answers, deaths and time-outs around a publication, each slot is settled once, by the first")
  func everyOrder() {
    var orders = 0
    for order in Self.orders(2) {
      for publication in 0...order.count {
        orders += 1
        let memory = PlainStepMemory(slots: 2)
        let picked = memory.pick()
        var expected: [Int: SlotStatus] = [:]
        func publish() {
          memory.steps.publish(1, .solve, to: picked)
          let dead = (0..<2).filter { memory.steps.slot($0).lifecycle.state == .dead }
          // The server has looked at them already, so it is told to look again.
          #expect(memory.steps.control.serverBell.load() == (dead.isEmpty ? 0 : 1))
          for slot in dead {
            #expect(memory.steps.settleDead(slot) == 1)
            expected[slot] = .died
          }
        }
        for (place, (slot, event)) in order.enumerated() {
          if place == publication { publish() }
          let isPublished = place >= publication
          let won: Bool
          let status: SlotStatus
          switch event {
          case .workerSolves: (won, status) = (memory.steps.settle(slot, StepWord(1, .due), as: .solved), .solved)
          case .workerFails: (won, status) = (memory.steps.settle(slot, StepWord(1, .due), as: .failed), .failed)
          case .clientTimesOut: (won, status) = (memory.steps.settle(slot, StepWord(1, .due), as: .late), .late)
          case .processDies:
            let wasDue = memory.steps.slot(slot).step.status == .due
            memory.steps.declareDead(slot)
            memory.steps.settleDead(slot)
            (won, status) = (wasDue, .died)
          }
          if isPublished, expected[slot] == nil {
            #expect(won)
            expected[slot] = status
          } else {
            #expect(!won)
          }
        }
        if publication == order.count { publish() }
        for slot in 0..<2 { #expect(memory.steps.slot(slot).step == StepWord(1, expected[slot] ?? .due)) }
        let due = 2 - expected.count
        #expect(memory.pendingCount == UInt32(due))
        #expect((memory.steps.control.done.load() == 1) == (due == 0))
      }
    }
    #expect(orders == 4096 * 5)
  }

  @Test(
    "who takes part in what",
    arguments: [
      (SlotState.vacant, false, false), (.registering, false, false), (.idle, false, true), (.active, true, true),
      (.failed, false, true), (.dead, false, false),
    ])
  func eligibility(_ row: (state: SlotState, solves: Bool, resets: Bool)) {
    let memory = PlainStepMemory(slots: 1, state: row.state)
    #expect(memory.pick(.solve).count == (row.solves ? 1 : 0))
    #expect(memory.pick(.reset).count == (row.resets ? 1 : 0))
    // A solution that was left: whoever is there has to make it safe within a step.
    let slot = memory.steps.slot(0)
    for (filling, now) in [(RowFilling.failure, 5 as UInt32), (.initial, 9), (.failure, 9)] {
      if now == 5 { slot.contentsBits.store(CCLUSTER_CONTENTS_SOLVED.rawValue) }
      slot.leaveRows(filling)
      #expect(slot.contentsBits.load() == now && slot.contents == CCLUSTER_CONTENTS_SOLVED.rawValue)
      #expect(slot.outstanding == (now == 5 ? .failure : .initial))
      let part: StepPart =
        switch row.state {
        case .vacant: .none
        case .active, .dead, .registering: .whole
        case .idle, .failed: .rows
        }
      #expect(memory.steps.part(of: slot, in: .solve) == part)
      #expect(memory.pick(.reset).count == (row.resets ? 1 : 0))
    }
    memory.steps.slot(0).stepBits.store(StepWord(3, .late).bits)
    #expect(memory.pick(.solve).isEmpty && memory.pick(.reset).isEmpty)
  }

  @Test("an answer to an earlier step settles nothing, and counts nothing down")
  func straggler() {
    let memory = PlainStepMemory(slots: 2)
    memory.publish(7)
    #expect(memory.steps.settle(0, StepWord(7, .due), as: .late))
    #expect(memory.steps.settle(1, StepWord(7, .due), as: .solved))
    memory.steps.slot(0).becomeAvailable()
    memory.publish(8)
    #expect(!memory.steps.settle(0, StepWord(7, .due), as: .solved))
    #expect(memory.pendingCount == 2)
    #expect(memory.statuses == [.due, .due])
    // Held up between winning its slot and counting down, while the client went on.
    memory.steps.control.pending.store(9 << 32 | 2)
    #expect(memory.steps.settle(0, StepWord(8, .due), as: .solved))
    #expect(memory.steps.control.pending.load() == 9 << 32 | 2)
  }

  @Test("a slot becomes available again only from late")
  func becomeAvailable() {
    for status in [SlotStatus.free, .due, .solved, .failed, .died, .late] {
      let memory = PlainStepMemory(slots: 1)
      memory.steps.slot(0).stepBits.store(StepWord(5, status).bits)
      memory.steps.slot(0).becomeAvailable()
      #expect(memory.steps.slot(0).step == StepWord(5, status == .late ? .free : status))
    }
  }

  @Test("done moves forward only, across both wraps", arguments: [0, UInt32(Int32.max) - 1, UInt32.max - 1])
  func doneMovesForward(_ start: UInt32) {
    let memory = PlainStepMemory(slots: 0, generation: start)
    for step in 1...4 as ClosedRange<UInt32> {
      memory.steps.advanceDone(to: start &+ step)
      #expect(memory.steps.control.done.load() == start &+ step)
      memory.steps.advanceDone(to: start &+ step &- 1)
      #expect(memory.steps.control.done.load() == start &+ step)
    }
  }

  @Test("a step that nobody takes part in returns at once, with an empty report")
  func empty() throws {
    try Watchdog.guarding {
      for slots in [0, 3] {
        let memory = PlainStepMemory(slots: slots, state: .idle)
        var round = StepRound(takingOver: memory.steps)
        round.trigger(.solve)
        let report = try round.wait(timeout: .max) { waited throws(ClusterError) in throw .failed("slept") }
        #expect(report.participants == 0 && report.allSolved)
        #expect(!round.inFlight)
      }
    }
  }

  @Test("reset asks only the slots that were named")
  func among() {
    let memory = PlainStepMemory(slots: 4, state: .failed)
    var round = StepRound(takingOver: memory.steps)
    round.trigger(.reset, among: [1, 3])
    #expect(memory.statuses == [.free, .due, .free, .due])
    #expect(memory.steps.slot(1).step.request == .reset)
  }

  // MARK: A successor

  @Test("a successor goes on after the newest generation that any word mentions", arguments: Self.interruptions)
  func takeOver(_ row: Interruption) throws {
    let memory = PlainStepMemory(slots: 3, generation: row.start)
    let next = row.start &+ 1
    let control = memory.steps.control
    if row.pending { control.pending.store(UInt64(next) << 32 | 3) }
    for index in 0..<row.words { memory.steps.slot(index).stepBits.store(StepWord(next, .due).bits) }
    if row.generation { control.generation.store(next) }
    var round = StepRound(takingOver: memory.steps)
    #expect(round.generation == (row.pending || row.words > 0 || row.generation ? next : row.start))
    #expect(control.done.load() == round.generation)
    for index in 0..<3 { #expect(memory.steps.slot(index).step.status == (index < row.words ? .late : .free)) }
    let before = round.generation
    round.trigger(.solve)
    #expect(round.generation == before &+ 1)
    // The late ones take no part until they have said that they are free.
    #expect(memory.statuses.filter { $0 == .due }.count == 3 - row.words)
  }

  /// How far the predecessor's publication had come when it died.
  struct Interruption {
    var start: UInt32
    var pending = false
    var words = 0
    var generation = false
  }

  static let interruptions: [Interruption] = [0, 41, UInt32(Int32.max), UInt32.max].flatMap { start in
    [
      Interruption(start: start), Interruption(start: start, pending: true),
      Interruption(start: start, pending: true, words: 1), Interruption(start: start, pending: true, words: 3),
      Interruption(start: start, pending: true, words: 3, generation: true),
    ]
  }

  // MARK: Hints that lie

  @Test(
    "a scribbled hint never hangs the client, and costs one step",
    arguments: [0, 1, 12345, UInt64(UInt32.max), UInt64(UInt32.max) << 32, 1 << 63, .max, nil] as [UInt64?])
  func scribbled(_ value: UInt64?) throws {
    try Watchdog.guarding {
      let memory = PlainStepMemory(slots: 2, generation: 100)
      let control = memory.steps.control
      var round = StepRound(takingOver: memory.steps)
      for _ in 0..<3 {
        round.trigger(.solve)
        // The worst is the truth, too early.
        let scribble = value ?? UInt64(round.generation)
        control.pending.store(scribble << 32 | scribble)
        control.done.store(UInt32(truncatingIfNeeded: scribble))
        control.doorbell.store(UInt32(truncatingIfNeeded: scribble))
        let generation = round.generation
        memory.steps.settle(1, StepWord(generation, .due), as: .solved)
        // The other answers only once the client sleeps: it must not believe the hint before.
        var sleeps = 0
        let report = try round.wait(timeout: .max) { _ throws(ClusterError) in
          sleeps += 1
          if sleeps == 2 { memory.steps.settle(0, StepWord(generation, .due), as: .solved) }
        }
        #expect(sleeps >= 2 && report.solved == 2)
        #expect(control.done.load() == generation)
      }
      // Left alone, the next step is told at once.
      round.trigger(.solve)
      for index in 0..<2 { memory.steps.settle(index, StepWord(round.generation, .due), as: .solved) }
      _ = try round.wait(timeout: .max) { _ throws(ClusterError) in throw .failed("had to sleep") }
    }
  }

  @Test("slots that do not answer in time are late, the others keep their answers")
  func timeOut() throws {
    try Watchdog.guarding {
      let memory = PlainStepMemory(slots: 3)
      var round = StepRound(takingOver: memory.steps)
      round.trigger(.solve)
      memory.steps.settle(1, StepWord(round.generation, .due), as: .failed)
      let report = try round.wait(timeout: 1_000_000) { _ in }
      #expect(report.late == 2 && report.failed == 1 && report.participants == 3)
      #expect(round.outcomes == [.late, .failed, .late])
      memory.steps.slot(0).becomeAvailable()
      round.trigger(.solve)
      #expect(memory.statuses == [.due, .due, .late])
    }
  }

  @Test("an interrupted wait can be taken up again")
  func interruptedWait() throws {
    try Watchdog.guarding {
      let memory = PlainStepMemory(slots: 1)
      var round = StepRound(takingOver: memory.steps)
      round.trigger(.solve)
      func interrupted(_: UInt64) throws(ClusterError) { throw .stopped(segment: "x") }
      #expect(throws: ClusterError.stopped(segment: "x")) { try round.wait(timeout: .max, check: interrupted) }
      #expect(round.inFlight)
      memory.steps.settle(0, StepWord(round.generation, .due), as: .solved)
      let report = try round.wait(timeout: .max) { _ in }
      #expect(report.solved == 1)
    }
  }
}
