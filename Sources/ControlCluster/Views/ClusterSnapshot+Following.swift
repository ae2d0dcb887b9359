import CLinux
import Synchronization

// How an observer takes one step after the other, in pieces of its own choosing and without waiting. Why the copies are whole
// is what stands above ``ClusterSnapshot/take(within:)``, with one thing more, for an observer that comes late:
//
// - A slot's word that asks it to solve a later step says nothing of the step that is followed any more. But its rows still are
//   what it answered that step with, if their word says so: the next answer changes that word first. It solved then, if its rows
//   are what a solve has filled: one that had failed or was late left others or none, and one that had died has another
//   incarnation before it is asked again.
//
// So an answer may be copied until the slot's next one, and not only until the next step begins.
extension ClusterSnapshot {
  /// A step that is followed.
  public struct Followed: Sendable {
    public var generation: UInt32
    /// Steps that had ended before it, resets included.
    public var number: UInt64
    /// s, of the step before it; 0 for the first.
    public var previousDuration: Double
    /// Whether it resets controllers, and asks nobody to solve.
    public var isReset: Bool

    package init(generation: UInt32 = 0, number: UInt64 = 0, previousDuration: Double = 0, isReset: Bool = false) {
      (self.generation, self.number) = (generation, number)
      (self.previousDuration, self.isReset) = (previousDuration, isReset)
    }
  }

  /// How far the copies of a followed step have come.
  public enum Collection: Sendable {
    /// All rows are of that step, or of slots that took no part or were late.
    case whole
    /// Controllers are still solving.
    case unfinished
    /// They cannot be had any more: the next step has gone on, or rows were filled anew.
    case lost
  }

  /// Begins with the step that is in flight, unless it is that one: copies the simulator's rows. Waits for nothing.
  /// - Parameters:
  ///   - generation: of the last one that was followed.
  ///   - first: no step with a smaller number.
  /// - Returns: `nil` when no such step is in flight, or when it ended too early.
  public func follow(after generation: UInt32?, from first: UInt64 = 0) -> Followed? {
    let control = segment.control
    let turn = control.turn
    guard turn.holder == .controllers, turn.generation != generation, control.generation.load() == turn.generation
    else { return nil }
    // The client counts a step once it has ended, and before it hands out the next.
    let number = control.steps.load()
    guard number >= first else { return nil }
    followed = nil
    var isReset = false
    for index in slots.indices {
      let slot = segment.slot(index)
      slots[index].isTaken = false
      // Before the word: a death moves the lifecycle before it settles, and a successor answers only after that.
      let lifecycle = slot.lifecycle
      slots[index].incarnation = lifecycle.state.isTheServers ? nil : lifecycle.incarnation
      let step = slot.step
      if step.generation == turn.generation, step.request == .reset { isReset = true }
    }
    let previous = number > 0 ? control.stepTime(number - 1).loadRelaxed() : 0
    guard copyInputs(of: turn) else { return nil }
    followed = turn
    return Followed(
      generation: turn.generation, number: number, previousDuration: Double(previous) * 1e-9, isReset: isReset)
  }

  /// Copies the rows of those controllers that have settled since the last call. Waits for nothing.
  public func collect() -> Collection {
    guard let turn = followed else { return .lost }
    var progress = Collection.whole
    for index in slots.indices where !slots[index].isTaken {
      let step = segment.slot(index).step
      if step.status == .due, step.generation == turn.generation {
        progress = .unfinished
      } else if takes(index, step, turn) {
        slots[index].isTaken = true
      } else {
        followed = nil
        return .lost
      }
    }
    // A client that was replaced leaves nobody due behind, but its successor's turn.
    if progress == .unfinished, !isCurrent(turn) { progress = .lost }
    if progress != .unfinished { followed = nil }
    if progress == .whole { moment = .step(turn.generation) }
    return progress
  }

  /// Copies a slot's rows; whether they are what it has of that step.
  private func takes(_ index: Int, _ step: StepWord, _ turn: Turn) -> Bool {
    let generation = turn.generation
    copyAnswer(index, step, in: generation)
    if step.generation == generation {
      return switch (slots[index].outcome, slots[index].moment) {
      case (.solved, let moment): moment == .answer(generation)
      case (.failed, let moment), (.died, let moment): moment != .torn && moment != .safe(generation)
      case (.free, _), (.late, _), (.due, _): true
      }
    }
    // Words only go forward: an earlier one took no part, whatever has begun since.
    if Int32(bitPattern: step.generation &- generation) < 0 || step == StepWord(0, .free) { return true }
    guard step.status == .due, step.request == .solve, slots[index].moment == .answer(generation),
      segment.slot(index).hasSolved(generation), segment.slot(index).lifecycle.incarnation == slots[index].incarnation
    else { return false }
    slots[index].outcome = .solved
    return true
  }

  /// What else was known of a slot when its rows were copied: a later step may have begun since, and count already.
  public func slotFigures(_ index: Int) -> SlotFigures { slots[index].figures }

  /// Why a slot's last solve failed.
  public func failureMessage(of index: Int) -> String { segment.slot(index).message }

  /// What the controllers' rows of a slot are of.
  package func answerMoment(of slot: Int) -> RowMoment { slots[slot].moment }

  /// Where the rows of one of its buffers lie, `rowStride` bytes apart, as long as the snapshot is there.
  package func rows(of buffer: String) -> UnsafeRawPointer? {
    (inputs + answers).first { $0.buffer.name == buffer }.map { UnsafeRawPointer($0.bytes) }
  }
}

extension SlotWords {
  /// Whether the rows are of a solve in that step. What filled them is told while they are written, so that it is theirs if
  /// their word is the same before and after.
  fileprivate func hasSolved(_ generation: UInt32) -> Bool {
    let before = rows
    let isSolution = contents == CCLUSTER_CONTENTS_SOLVED.rawValue
    atomicMemoryFence(ordering: .acquiring)
    return isSolution && before.answers(generation) && rowsBits.loadRelaxed() == before.bits
  }
}

/// A slot beside its rows, at one moment.
public struct SlotFigures: Sendable, Equatable {
  public var state = SlotState.vacant
  public var incarnation: UInt32 = 0
  /// How often its rows have been written; wraps at 2^30.
  public var writes: UInt32 = 0
  public var lastSolveNanoseconds: UInt64 = 0
}

// What an observer of each step sleeps on. It shares the word with the workers, who are all woken at once.
extension Segment {
  /// Rung when a step has been handed out, and for requests; to be read before looking at what it rings for.
  public var bell: UInt32 { control.doorbell.load() }

  /// Sleeps until the bell is not what it was, or for that long, or until a signal comes.
  public func sleep(whileBell value: UInt32, nanoseconds: UInt64) {
    control.doorbell.sleep(while: value, nanoseconds: nanoseconds)
  }

  /// How long the last step took, ns.
  public var lastStepNanoseconds: UInt64 { control.lastStepNanoseconds.loadRelaxed() }
  /// Whether controllers have been handed a step that the client has not seen the end of.
  public var isStepInFlight: Bool { control.turn.holder == .controllers }
  /// Steps that have ended.
  public var stepCount: UInt64 { control.steps.load() }
}
