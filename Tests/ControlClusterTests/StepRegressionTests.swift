import Testing

@testable import ControlCluster

/// What the model has found, or was built to find: each with the one order of accesses that shows it.
@Suite("Orders of a step's accesses that did harm once", .serialized)
struct StepRegressionTests {
  private typealias Memory = StepMemory<InterruptedMachine>

  /// Notes what the protocol asks of a worker, and lets it look at its slots once.
  private struct Host: ControllerHost {
    var solved = 0
    var written = 0
    mutating func beginPass() {}
    mutating func endPass() {}
    mutating func solve(_ slot: Int) -> Bool {
      solved += 1
      return true
    }
    mutating func reset(_ slot: Int) -> Bool { true }
    mutating func writeRows(_ slot: Int, _ content: RowContent) { written += 1 }
    mutating func clearRows(_ slot: Int) {}
    var failuresHoldRows: Bool { true }
    var isRunning: Bool { false }
    var serverIsAlive: Bool { true }
  }

  /// A process that is no more: no pid is that large.
  private static let dead = ProcessIdentity(word: .max)
  private static let later = ProcessIdentity(word: .max - 1)

  /// Runs `action` before the next access to that word.
  private func interrupt<Value>(_ word: MachineWord<Value, InterruptedMachine>, _ action: @escaping () -> Void) {
    let address = UnsafeRawPointer(word.pointer)
    InterruptedMachine.before = { found in
      guard found == address else { return }
      InterruptedMachine.before = { _ in }
      action()
    }
  }

  private func pass(_ memory: Memory) -> Host {
    var host = Host()
    memory.steps.serve(0..<1, &host, longestSleep: 0)
    return host
  }

  @Test("a process that has claimed a slot does not answer the step of its dead predecessor before it is let in")
  func predecessorsStep() {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1)
    memory.publish(1)
    // Between the two halves of its burial the successor is there already.
    memory.steps.declareDead(0)
    let slot = memory.steps.slot(0)
    slot.process.store(Self.dead.word)
    #expect(memory.steps.claim(0, for: Self.later, while: { true }) == .claimed)
    let host = pass(memory)
    #expect(host.solved == 0 && host.written == 0)
    #expect(memory.steps.settleDead(0) == 1)
  }

  @Test("a process that is let in does not answer what it has seen due before")
  func predecessorsStepSeenBefore() {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1)
    memory.publish(1)
    memory.steps.declareDead(0)
    let slot = memory.steps.slot(0)
    #expect(slot.move(from: slot.lifecycle, to: .registering))
    interrupt(slot.lifecycleBits) {
      memory.steps.settleDead(0)
      _ = slot.move(from: slot.lifecycle, to: .active)
    }
    let host = pass(memory)
    #expect(slot.lifecycle == Lifecycle(1, .active))
    #expect(host.solved == 0 && host.written == 0)
    #expect(slot.step == StepWord(1, .died))
  }

  @Test("a slot whose process was replaced while it was picked is answered by the successor")
  func replacedWhilePicked() throws {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1)
    let slot = memory.steps.slot(0)
    var round = StepRound(takingOver: memory.steps)
    // Behind the pick, and before anything is handed out: death, burial, claim and admission.
    interrupt(memory.steps.control.pending) {
      memory.steps.declareDead(0)
      _ = slot.move(from: slot.lifecycle, to: .registering)
      _ = slot.move(from: slot.lifecycle, to: .active)
    }
    round.trigger(.solve)
    // Nobody but the successor may settle it: it may be writing its row for this very step.
    #expect(slot.step == StepWord(1, .due))
    #expect(pass(memory).solved == 1)
    func tooLong(_: UInt64) throws(ClusterError) { throw .failed("somebody is still due") }
    #expect(try round.wait(timeout: .max, check: tooLong).solved == 1)
  }

  @Test("a slot whose process died while it was picked is left to the server, which is told")
  func diedWhilePicked() throws {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1)
    let slot = memory.steps.slot(0)
    var round = StepRound(takingOver: memory.steps)
    let bell = memory.steps.control.serverBell.load()
    interrupt(memory.steps.control.pending) {
      memory.steps.declareDead(0)
      #expect(memory.steps.settleDead(0) == nil)
      _ = slot.move(from: slot.lifecycle, to: .registering)
    }
    round.trigger(.solve)
    #expect(slot.step == StepWord(1, .due))
    #expect(memory.steps.control.serverBell.load() == bell + 1)
    #expect(pass(memory).solved == 0)
    #expect(memory.steps.settleDead(0) == 1)
    func tooLong(_: UInt64) throws(ClusterError) { throw .failed("somebody is still due") }
    #expect(try round.wait(timeout: .max, check: tooLong).died == 1)
  }

  @Test("a controller that fails late is not picked, whenever it says that it is not late any more")
  func failedLate() {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1)
    let slot = memory.steps.slot(0)
    slot.stepBits.store(StepWord(1, .late).bits)
    // Between the client's two looks at the slot.
    interrupt(slot.lifecycleBits) {
      _ = slot.move(from: slot.lifecycle, to: .failed)
      slot.becomeAvailable()
    }
    #expect(memory.pick().isEmpty)
    interrupt(slot.stepBits) {
      _ = slot.move(from: slot.lifecycle, to: .failed)
      slot.becomeAvailable()
    }
    #expect(memory.pick().isEmpty)
  }

  @Test("a controller that fails in a reset after it was picked answers that it has failed")
  func failedWhilePicked() {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1)
    memory.publish(1)
    let slot = memory.steps.slot(0)
    #expect(slot.move(from: slot.lifecycle, to: .failed))
    let host = pass(memory)
    #expect(host.solved == 0 && host.written == 0)
    #expect(slot.step == StepWord(1, .failed))
  }

  private final class Registry: RegistryHost {
    func watch(_ identity: ProcessIdentity) -> Bool { true }
    func fillRows(_ slot: Int, _ filling: RowFilling) {}
    var failuresHoldRows: Bool { true }
  }

  @Test("a process that is let in is rung for what it has passed over before", arguments: [SlotStatus.due, .late])
  func passedOver(_ status: SlotStatus) {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1, state: .registering)
    let slot = memory.steps.slot(0)
    slot.prepared.store(1)
    var registry = SlotRegistry(memory.steps, firstState: .active)
    // The server has seen no step to answer; then the client hands one out, and perhaps gives up.
    interrupt(slot.prepared) {
      memory.steps.publish(1, .solve, to: [0])
      if status == .late { memory.steps.giveUp(StepWord(1, .due), on: [0]) }
      #expect(self.pass(memory).solved == 0)
    }
    let bell = memory.steps.control.doorbell.load() + (status == .late ? 2 : 1)
    registry.admit(Registry())
    #expect(slot.lifecycle.state == .active && slot.step == StepWord(1, status))
    #expect(memory.steps.control.doorbell.load() == bell + 1)
    #expect(pass(memory).solved == (status == .due ? 1 : 0))
    #expect(slot.step == StepWord(1, status == .due ? .solved : .free))
  }

  @Test("a process that was stopped while it claimed a slot leaves it alone when another has come and gone meanwhile")
  func stoppedWhileClaiming() {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 1, state: .vacant)
    let slot = memory.steps.slot(0)
    // Stopped before it looks for the holder. The other was let in, and has died, and the server does not know yet.
    interrupt(slot.process) {
      slot.process.store(Self.dead.word)
      slot.lifecycleBits.store(Lifecycle(0, .active).bits)
    }
    var looks = 0
    let outcome = memory.steps.claim(0, for: Self.later) {
      looks += 1
      return looks < 3
    }
    #expect(outcome == .stopped)
    // By its name the server knows whom to bury.
    #expect(slot.process.load() == Self.dead.word)
    #expect(slot.lifecycle == Lifecycle(0, .active))
    memory.steps.declareDead(0)
    #expect(memory.steps.claim(0, for: Self.later, while: { true }) == .claimed)
    #expect(slot.lifecycle == Lifecycle(1, .registering) && slot.process.load() == Self.later.word)
  }

  @Test("a client that takes over, or gives up, wakes those that it has marked as late")
  func lateOnesAreWoken() throws {
    defer { InterruptedMachine.before = nil }
    let memory = Memory(slots: 2)
    let bell = memory.steps.control.doorbell
    // The predecessor was killed before it could ring.
    memory.steps.control.pending.store(1 << 32 | 1)
    memory.steps.slot(0).stepBits.store(StepWord(1, .due).bits)
    memory.steps.control.generation.store(1)
    var round = StepRound(takingOver: memory.steps)
    #expect(memory.statuses == [.late, .free])
    #expect(bell.load() == 1)
    round.trigger(.solve)
    #expect(bell.load() == 2)
    #expect(try round.wait(timeout: 0) { _ in }.late == 1)
    #expect(bell.load() == 3)
  }
}
