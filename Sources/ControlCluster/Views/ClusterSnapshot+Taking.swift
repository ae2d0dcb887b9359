import CLinux
import Glibc
import Synchronization

// Why a snapshot that says `.step(g)` is of step g. The rows are read by relaxed loads, then comes an acquire fence, then the
// word that would have changed is read again (Boehm, Can Seqlocks Get Along With Programming Language Memory Models?, 2012):
//
// - The simulator's rows stay from the moment the client passes the turn on until it takes it back. It stores the turn before
//   it writes again, with a release fence in between: copies between two looks at the same turn are whole.
// - A slot that took part in g has a word of g from the moment `generation` says g until the next step's turn; once it is no
//   longer due it says for good how the slot stood. Any other word, read within that time, is a slot's that took no part.
// - A controller's rows change only behind a change of their rows word, by whomever and whenever: rows that are copied between
//   two looks at the same word are those that the word is about, even if the next step has begun meanwhile.
//
// So each row is copied as soon as its slot has settled, while others still solve. Nobody is waited for longer than the caller
// allows, and nothing is assumed of a process that is stopped or killed anywhere.
extension ClusterSnapshot {
  /// Copies the rows of one whole step, or, when that does not come about in time, says what the copies are instead.
  ///
  /// That takes a step that is in flight or begins after the call, for what the simulator's rows were in one that has ended
  /// nobody knows. Of the controllers' buffers alone the last step will do; before the first that is step 0.
  /// - Parameter patience: s; 0 takes what there is. While it waits it spins for moments and then sleeps for 0.1 ms at a
  ///   time.
  @discardableResult
  public func take(within patience: Double = 0) -> SnapshotMoment {
    let end = System.monotonicNanoseconds &+ UInt64(max(0, patience) * 1e9)
    var spin = Self.shortestSpin
    var betweenAttempts = Waiting(end: end, spin: spin)
    while true {
      let result = attempt(Waiting(end: end, spin: spin))
      if result.generation != nil || !pause(&betweenAttempts) {
        if result.generation == nil { takeWhatThereIs() }
        moment = result
        return result
      }
      // Too slow for this cluster's steps: sleep less.
      spin = min(2 * spin, Self.longestSpin)
    }
  }

  /// ns: about a context switch, which a sleep costs anyway.
  private static let shortestSpin: UInt64 = 10_000
  /// ns: steps that are over within it could be slept through again and again.
  private static let longestSpin: UInt64 = 5_000_000

  /// How long to wait for a change, and how.
  private struct Waiting {
    let end: UInt64
    let spin: UInt64
    private var spinEnd: UInt64?

    init(end: UInt64, spin: UInt64) {
      self.end = end
      self.spin = spin
    }

    /// Whether it was not too late.
    mutating func pause() -> Bool {
      let now = System.monotonicNanoseconds
      if now >= end { return false }
      let spinEnd = spinEnd ?? now &+ spin
      self.spinEnd = spinEnd
      if now < spinEnd { linux_cpu_relax() } else { usleep(100) }
      return true
    }

    /// The next change is another one.
    mutating func begin() { spinEnd = nil }
  }

  private func attempt(_ waiting: Waiting) -> SnapshotMoment {
    let control = segment.control
    var waiting = waiting
    var turn = control.turn
    if !inputs.isEmpty {
      while turn.holder == .simulator {
        guard pause(&waiting) else { return .betweenSteps(after: turn.generation) }
        turn = control.turn
      }
      guard copyInputs(of: turn) else { return .overtaken }
      if answers.isEmpty { return .step(turn.generation) }
    }
    waiting.begin()
    // Until all who take part have been asked.
    while turn.holder == .controllers, control.generation.load() != turn.generation {
      guard isCurrent(turn) else { return .overtaken }
      guard pause(&waiting) else { return .inFlight(turn.generation) }
    }
    for index in slots.indices { slots[index].isTaken = false }
    while true {
      switch copySettled(turn) {
      case .all: return .step(turn.generation)
      case .replaced: return .replaced(turn.generation)
      case .overtaken: return .overtaken
      case .some: guard pause(&waiting) else { return .inFlight(turn.generation) }
      }
    }
  }

  private func pause(_ waiting: inout Waiting) -> Bool {
    onStage?(.waiting)
    return waiting.pause()
  }

  /// Whether it is still that turn, or the one in which the client has taken it back after the same step. What was loaded
  /// before is older than the answer.
  func isCurrent(_ turn: Turn) -> Bool {
    atomicMemoryFence(ordering: .acquiring)
    let now = Turn(bits: segment.control.turnBits.loadRelaxed())
    return now == turn || (turn.holder == .controllers && now == turn.passed(to: .simulator, in: turn.generation))
  }

  /// Whether the copies are whole: `turn` was the controllers' all the time.
  func copyInputs(of turn: Turn) -> Bool {
    for copy in inputs { for row in 0..<copy.buffer.rows { copy.take(row: row) } }
    onStage?(.copiedInputs)
    atomicMemoryFence(ordering: .acquiring)
    let isWhole = turn.holder == .controllers && segment.control.turnBits.loadRelaxed() == turn.bits
    inputMoment = isWhole ? .input(turn.generation) : .open
    return isWhole
  }

  private enum Progress {
    case all, some, replaced, overtaken
  }

  /// Copies the rows of slots that have settled since the last look.
  private func copySettled(_ turn: Turn) -> Progress {
    let generation = turn.generation
    var progress = Progress.all
    for index in slots.indices where !slots[index].isTaken {
      let step = segment.slot(index).step
      if step.status == .due, step.generation == generation {
        progress = .some
        continue
      }
      copyAnswer(index, step, in: generation)
      // Of an earlier step, or of a later one?
      if step.generation != generation, !isCurrent(turn) { return .overtaken }
      slots[index].isTaken = true
      let isAnswer =
        switch (slots[index].outcome, slots[index].moment) {
        case (.solved, let moment): moment == .answer(generation)
        case (.failed, let moment), (.died, let moment): moment != .torn && moment != .safe(generation)
        // Takes no part, or may be writing still: no row of this step, as its outcome says.
        case (.free, _), (.late, _), (.due, _): true
        }
      if !isAnswer { return segment.slot(index).step == step ? .replaced : .overtaken }
    }
    // A client that was replaced leaves nobody due behind, but its successor's turn.
    return progress == .some && !isCurrent(turn) ? .overtaken : progress
  }

  /// Copies a slot's rows, and tells from its words what they are.
  func copyAnswer(_ index: Int, _ step: StepWord, in generation: UInt32) {
    let slot = segment.slot(index)
    let rows = slot.rows
    for copy in answers where index < copy.buffer.rows { copy.take(row: index) }
    onStage?(.copiedAnswer(index))
    atomicMemoryFence(ordering: .acquiring)
    let isWhole = !rows.isBeingWritten && slot.rowsBits.loadRelaxed() == rows.bits
    slots[index].moment =
      if !isWhole { .torn } else if rows.isAnswer { .answer(rows.generation) } else { .safe(rows.generation) }
    slots[index].outcome = step.outcome(in: generation)
    let lifecycle = slot.lifecycle
    slots[index].figures = SlotFigures(
      state: lifecycle.state, incarnation: lifecycle.incarnation, writes: rows.writes,
      lastSolveNanoseconds: slot.lastSolve.loadRelaxed())
  }

  /// The second best: each row by itself, as it is now.
  private func takeWhatThereIs() {
    let turn = segment.control.turn
    _ = copyInputs(of: turn)
    if answers.isEmpty { return }
    for index in slots.indices { copyAnswer(index, segment.slot(index).step, in: turn.generation) }
  }
}

extension StepWord {
  /// How a slot stood in that step: a late one may have caught up since.
  fileprivate func outcome(in generation: UInt32) -> SlotStatus {
    guard self.generation == generation, self != StepWord(0, .free) else { return .free }
    return status == .free ? .late : status
  }
}
