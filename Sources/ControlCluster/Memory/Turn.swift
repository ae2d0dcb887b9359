import Synchronization

/// The control block's `turn` word: whose rows may be written. Between steps the simulator writes its own; while a step is in
/// flight the controllers write theirs, and the simulator's stay as the step found them.
///
/// One word, so that who copies rows out can compare it before and after. The generation alone would not do: a successor of a
/// client that died before it had handed its step out uses that generation again.
struct Turn: Equatable {
  enum Holder: UInt32 {
    case simulator, controllers
  }

  /// The step in flight, or the last one.
  var generation: UInt32
  /// How often the turn has changed; the low bit is the holder.
  private var changes: UInt32

  init(bits: UInt64) {
    generation = UInt32(truncatingIfNeeded: bits >> 32)
    changes = UInt32(truncatingIfNeeded: bits)
  }

  var bits: UInt64 { UInt64(generation) << 32 | UInt64(changes) }
  var holder: Holder { changes & 1 == 0 ? .simulator : .controllers }

  func passed(to holder: Holder, in generation: UInt32) -> Turn {
    let next = changes &+ 1
    return Turn(bits: UInt64(generation) << 32 | UInt64(next & 1 == holder.rawValue ? next : next &+ 1))
  }
}

extension ControlWords {
  /// Changed by ``pass(to:in:)`` only.
  var turn: Turn { Turn(bits: turnBits.load()) }

  /// Passes the turn on. Only the client does: what it has written or seen before lies behind the word, and what it writes
  /// afterwards before nobody who still finds the old one.
  func pass(to holder: Turn.Holder, in generation: UInt32) {
    turnBits.store(Turn(bits: turnBits.loadRelaxed()).passed(to: holder, in: generation).bits)
    // A store that releases does not hold back the writes behind it; whoever sees one of those must see the word (Boehm
    // 2012, as in `RowAccess`).
    atomicMemoryFence(ordering: .releasing)
  }
}
