import Synchronization

/// A slot's `rows` word: what its controller's rows are of, and whether they are being written. One word, so that who copies
/// rows out can compare it before and after, and knows both.
struct RowsWord: Equatable {
  /// Of the slot's step word when the rows were written.
  var generation: UInt32
  /// How often they were written, with the two marks below.
  private var count: UInt32

  private static let beingWritten: UInt32 = 1
  private static let outsideStep: UInt32 = 2
  private static let one: UInt32 = 4

  init(bits: UInt64) {
    generation = UInt32(truncatingIfNeeded: bits >> 32)
    count = UInt32(truncatingIfNeeded: bits)
  }

  var bits: UInt64 { UInt64(generation) << 32 | UInt64(count) }

  /// A process that dies meanwhile leaves them torn.
  var isBeingWritten: Bool { count & Self.beingWritten != 0 }

  /// Whether they were written as the answer to step `generation`, and not after it: late, or for a death. Initial rows answer
  /// none.
  var isAnswer: Bool { count & (Self.beingWritten | Self.outsideStep) == 0 && bits != 0 }

  /// How often they were written; wraps at 2^30.
  var writes: UInt32 { count >> 2 }

  func answers(_ generation: UInt32) -> Bool { isAnswer && self.generation == generation }

  /// While they are written.
  var begun: RowsWord { RowsWord(bits: bits | UInt64(Self.beingWritten)) }

  /// Once they are whole, written while the slot's step word was `step`.
  func ended(during step: StepWord) -> RowsWord {
    let marks = Self.beingWritten | Self.outsideStep
    let count = ((self.count & ~marks) &+ Self.one) | (step.status == .due ? 0 : Self.outsideStep)
    return RowsWord(bits: UInt64(step.generation) << 32 | UInt64(count))
  }
}

extension SlotWords {
  /// Writes the slot's rows, so that who reads them meanwhile can tell, and the server after a death in between. Worker and
  /// server never do so at the same time: the server writes for the dead only.
  func writeRows(_ write: () -> Void) {
    let before = rows
    let step = step
    rowsBits.store(before.begun.bits)
    // Whoever sees a byte of the new rows also sees the mark (Boehm 2012, as in `RowAccess`).
    atomicMemoryFence(ordering: .releasing)
    write()
    rowsBits.store(before.ended(during: step).bits)
  }
}
