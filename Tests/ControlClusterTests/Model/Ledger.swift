/// What the rules and the environment know beyond the words of the memory, in one execution.
struct Ledger {
  struct Write {
    var word: UnsafeMutableRawPointer
    var wide: Bool
    var value: UInt64
  }

  /// How often time had to pass for somebody who polls.
  var rests = 0
  /// Somebody was killed who owed the client a hint.
  var lostHint = false
  /// A slice of the client's sleep has passed in this step, for no merit of anybody.
  var hasSliced = false
  /// `solve_timeout` has passed in this step.
  var timedOut = false
  /// Slots whose controllers were idle before the step, and not late, as bits.
  var idle: UInt64 = 0
  /// Steps that were begun: what the client's rows hold, so that an answer shows which step it answers.
  var input: UInt64 = 0
  var isTakingOver = false
  /// The client has nothing to do for the moment.
  var isIdle = false
  var hasFinished = false
  /// What the server has seen of its bell.
  var serverSeen: UInt32 = 0
  var hasSettledLate = false
  /// A worker has lost a controller elsewhere.
  var hasLost = false
  // Of broken machines: writes that come later than they should.
  var putOff: [Write] = []
  var afterExchange: Write?

  var hash: UInt64 {
    var bits = UInt64(rests) | (lostHint ? 1 << 8 : 0) | (timedOut ? 1 << 9 : 0) | (isTakingOver ? 1 << 10 : 0)
    bits |=
      (hasFinished ? 1 << 11 : 0) | (hasSettledLate ? 1 << 12 : 0) | (isIdle ? 1 << 13 : 0) | (hasSliced ? 1 << 14 : 0)
      | (hasLost ? 1 << 15 : 0)
      | input << 16
    var hash = Hash.mix(bits, UInt64(serverSeen) | idle << 32)
    for write in putOff { hash = Hash.mix(hash, write.value &+ UInt64(UInt(bitPattern: write.word))) }
    if let afterExchange { hash = Hash.mix(hash, afterExchange.value) }
    return hash
  }
}
