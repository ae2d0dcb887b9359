import CLinux

@testable import ControlCluster

// The rules. Each looks at one change of one word, or at one report, and at the state: so they hold for all executions
// that lead to the same state.
extension Explorer {
  func fail(_ rule: String) {
    if isUnwinding || outcome != .running { return }
    note("breaks the rule: \(rule)")
    end(.violation(rule))
  }

  private func expect(_ condition: Bool, _ rule: @autoclosure () -> String) {
    if !condition { fail(rule()) }
  }

  private var isHolder: (Int) -> Bool { { self.memory.holder($0) == self.identity(self.running) } }

  /// A word has been written by the running process.
  func check(_ kind: ModelMemory.Kind, _ slot: Int, _ old: UInt64, _ new: UInt64) {
    let role = processes[running].role
    switch kind {
    case .step: checkStep(slot, StepWord(bits: old), StepWord(bits: new), role)
    case .lifecycle: checkLifecycle(slot, Lifecycle(bits: old), Lifecycle(bits: new), role)
    case .process:
      let state = memory.lifecycle(slot).state
      if new == ProcessIdentity.lost.word {
        expect(role == .worker && old == identity(running).word, "only the holder of a slot loses its controller")
        return
      }
      expect(role == .worker && new == identity(running).word, "a process claims for itself only")
      let holder = Int(ProcessIdentity(word: old).pid) - 1
      expect(holder < 0 || !processes[holder].isAlive, "a live holder keeps its slot")
      expect(state == .vacant || state == .dead, "a slot is claimed while its holder's death is not declared: \(state)")
    case .prepared where new != 0: expect(isHolder(slot), "only the holder of a slot says that it is prepared")
    case .generation:
      expect(role == .client, "only the client publishes")
      expect(UInt32(truncatingIfNeeded: new) > UInt32(truncatingIfNeeded: old), "generations go forward")
    case .row: checkRow(slot, role)
    default: break
    }
  }

  private func checkStep(_ slot: Int, _ old: StepWord, _ new: StepWord, _ role: ModelProcess.Role) {
    if new.status == .due {
      expect(role == .client, "only the client hands out")
      expect(old.status != .due, "a step that nobody has settled is handed out again")
      expect(old.status != .late, "a step is handed out to a slot that is late")
      expect(new.generation > old.generation, "a slot's generations go forward")
      return
    }
    if old.status == .late, new == old.with(.free) {
      let isTheServers = role == .server && memory.lifecycle(slot).state.isTheServers
      return expect(
        role == .worker && isHolder(slot) || isTheServers,
        "only the holder of a slot, or for a dead one the server, says that it is not late any more")
    }
    guard old.status == .due, new.generation == old.generation else {
      return fail("a slot is settled twice: \(old.status), then \(new.status)")
    }
    switch new.status {
    case .solved:
      expect(role == .worker && isHolder(slot), "only the holder of a slot solves")
      checkAnswer(slot, by: running)
    case .failed:
      expect(role == .worker && isHolder(slot), "only the holder of a slot fails")
      let state = memory.lifecycle(slot).state
      expect(state == .failed, "a slot whose controller has failed is \(state)")
    case .died: expect(role == .server, "only the server settles for the dead")
    case .late: expect(role == .client, "only the client settles as late")
    case .free, .due: fail("a slot is settled as \(new.status)")
    }
  }

  /// A solved slot's row is whole, and answers this step.
  /// - Parameter writer: the process that has written it; afterwards that one may die, and another come.
  private func checkAnswer(_ slot: Int, by writer: Int?) {
    let rows = RowsWord(bits: memory.peek(memory.steps.slot(slot).rowsBits))
    expect(rows.answers(memory.step(slot).generation), "the rows of a solved slot do not say so: \(rows)")
    let isReset = memory.step(slot).request == .reset
    // One that was deactivated after it was picked, or was picked for its rows.
    let satOut = memory.peek(memory.steps.slot(slot).contentsBits) == CCLUSTER_CONTENTS_INITIAL.rawValue
    expect(isReset || !satOut || scenario.asks.contains(.deactivate), "a solved row is the initial one")
    for word in 0..<ModelMemory.rowWords {
      let found = memory.peek(memory.row(slot, word))
      if isReset || satOut {
        expect(found == 0, "a row that was reset, or whose controller sat out, holds \(found)")
      } else {
        expect(found >> 8 == ledger.input, "a solved row answers step \(found >> 8), not \(ledger.input)")
        expect(writer == nil || Int(found & 255) == writer! + 1, "a solved row was written by another process")
      }
    }
  }

  private func checkLifecycle(_ slot: Int, _ old: Lifecycle, _ new: Lifecycle, _ role: ModelProcess.Role) {
    let holder = Int(memory.holder(slot).pid) - 1
    switch (old.state, new.state) {
    case (.vacant, .registering), (.dead, .registering):
      expect(role == .worker && isHolder(slot), "only the holder of a slot registers")
      expect(new.incarnation == old.incarnation, "a registration is no new incarnation")
    case (.registering, .active), (.registering, .idle):
      expect(role == .server, "only the server lets in")
      expect(new.incarnation == old.incarnation, "to be let in is no new incarnation")
    case (_, .dead):
      expect(role == .server, "only the server declares a death")
      expect(
        memory.holder(slot) == .lost || holder >= 0 && processes[holder].state == .dead,
        "a slot whose process lives is declared dead")
      expect(new.incarnation == old.incarnation &+ 1, "a death is a new incarnation")
    case (.active, .failed), (.failed, .active), (.active, .idle), (.failed, .idle), (.idle, .active):
      expect(role == .worker && isHolder(slot), "only the holder of a slot moves it while it lives")
      expect(new.incarnation == old.incarnation, "a request is no new incarnation")
    default: fail("a slot goes from \(old.state) to \(new.state)")
    }
  }

  /// Rows are written by their holder, once it is let in and while its step is in flight, and by the server for a slot without
  /// a process.
  private func checkRow(_ slot: Int, _ role: ModelProcess.Role) {
    let word = memory.step(slot)
    let lifecycle = memory.lifecycle(slot)
    switch role {
    case .client, .tool: fail("the \(role) writes a controller's row")
    case .worker:
      expect(isHolder(slot), "a row is written by who does not hold the slot")
      expect(lifecycle.state != .registering, "a row is written by who has not been let in")
      expect(
        word.status == .due || word.status == .late, "a row is written after its step was settled as \(word.status)")
    case .server:
      let holder = Int(memory.holder(slot).pid) - 1
      expect(
        lifecycle.state.isTheServers || memory.holder(slot) == .lost
          || holder >= 0 && processes[holder].state == .dead,
        "the server fills the row of a live controller")
    }
  }

  /// The server is about to fill a slot's rows.
  func checkFill(_ slot: Int) {
    if isUnwinding { return }
    let status = memory.step(slot).status
    expect(
      status == .due || status == .late,
      "the server fills rows that the client may be reading: their step was settled as \(status)")
  }

  /// What the client was told, at the moment at which it is told.
  func checkReport(_ round: borrowing StepRound<ModelMachine>, _ report: StepReport) {
    let generation = round.generation
    expect(memory.generation == generation, "the generation that was waited for is not that of the words")
    var counts: [SlotStatus: Int] = [:]
    for slot in 0..<scenario.slots {
      let word = memory.step(slot)
      let isOurs = word.generation == generation
      let outcome = round.outcomes[slot]
      counts[outcome, default: 0] += 1
      expect(!(isOurs && word.status == .due), "the wait is over, and a slot is still due")
      switch outcome {
      case .free: checkAbsent(slot, word, isOurs)
      case .due: fail("a slot is reported as due")
      case .solved:
        expect(isOurs && word.status == .solved, "a slot is reported as solved that is \(word)")
        checkAnswer(slot, by: nil)
      case .failed: expect(isOurs && word.status == .failed, "a slot is reported as failed that is \(word)")
      case .died:
        let worker = slot / scenario.perWorker
        let hasDied = (0..<processCount).contains {
          processes[$0].role == .worker && processes[$0].state == .dead && processes[$0].worker == worker
        }
        expect(hasDied || ledger.hasLost, "a slot is reported as died that has not")
        expect(isOurs && word.status == .died, "a slot is reported as died that is \(word)")
        let halves = (memory.peek(memory.row(slot, 0)), memory.peek(memory.row(slot, 1)))
        expect(halves.0 == halves.1, "a dead controller's row is torn: \(halves)")
        expect(scenario.holdsRows || halves.0 == 0, "a dead controller's row is not filled: \(halves.0)")
      case .late:
        expect(ledger.timedOut, "a slot is reported as late, and no time has passed")
        expect(isOurs && (word.status == .late || word.status == .free), "a slot is reported as late that is \(word)")
      }
    }
    expect(
      report.solved == counts[.solved, default: 0] && report.failed == counts[.failed, default: 0]
        && report.died == counts[.died, default: 0] && report.late == counts[.late, default: 0]
        && report.participants == scenario.slots - counts[.free, default: 0], "the report does not add up")
  }

  private func checkAbsent(_ slot: Int, _ word: StepWord, _ isOurs: Bool) {
    let halves = (0..<ModelMemory.rowWords).map { memory.peek(memory.row(slot, $0)) }
    let isInitial = halves.allSatisfy { $0 == 0 }
    // Picked for its rows.
    let wasFilled = word.status == .failed || word.status == .solved && isInitial
    expect(!isOurs || wasFilled, "a slot that took part is reported as free")
    let wasIdle = ledger.idle & 1 << UInt64(slot) != 0 && memory.lifecycle(slot).state == .idle
    expect(isInitial || !wasIdle, "the row of a controller that was idle before the step holds \(halves)")
  }

  /// Those that are idle, and not late, as bits.
  func idleSlots() -> UInt64 {
    (0..<scenario.slots).reduce(0) { bits, slot in
      let isIdle = memory.lifecycle(slot).state == .idle && memory.step(slot).status != .late
      return bits | (isIdle ? 1 << UInt64(slot) : 0)
    }
  }

  /// Nobody can go on: whether that is the end, or a hang.
  func settled() -> Outcome {
    if ledger.rests >= 6 { return .violation("a successor waits for ever for its slot") }
    let dues = (0..<scenario.slots).filter { memory.step($0).status == .due }
    if !ledger.hasFinished {
      return .violation(
        dues.isEmpty ? "a wake-up is lost: the client sleeps on, and nothing is due" : "slots \(dues) hang")
    }
    return restlessness.map { .violation($0) } ?? .complete
  }

  /// What is still to be done for a live controller, though everybody sleeps.
  var restlessness: String? {
    for slot in 0..<scenario.slots {
      let holder = Int(memory.holder(slot).pid) - 1
      if memory.holder(slot) == .lost, memory.lifecycle(slot).state != .dead {
        return "everybody sleeps, and a controller that was lost is not declared dead"
      }
      guard holder >= 0, processes[holder].isAlive else { continue }
      let (word, lifecycle) = (memory.step(slot), memory.lifecycle(slot))
      switch lifecycle.state {
      case .active, .failed, .idle: break
      case .vacant, .registering, .dead: return "a live controller is never let in: \(lifecycle.state)"
      }
      if memory.peek(memory.steps.slot(slot).requests) != 0 { return "everybody sleeps, and a request is open" }
      if word.status == .late || word.status == .due {
        return "everybody sleeps, and a live controller's slot stays \(word.status)"
      }
    }
    return nil
  }
}
