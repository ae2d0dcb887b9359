/// What a soak's rows hold: every number of one follows from the step's nonce, its slot and the process that wrote it, so that
/// neither a stale row nor a mixture of two is taken for fresh.
enum SoakRow: Equatable {
  case initial
  /// A solve's, whole.
  case solved(nonce: Double, process: Double)
  /// `on_failure: stop`: the positions of a solve, everything else initial.
  case stopped(nonce: Double)
  case torn

  static func position(_ nonce: Double, _ joint: Int) -> Double { nonce + Double(joint) }

  /// 40 bits, which a `Double` holds exactly.
  static func payload(_ nonce: Double, _ slot: Int, _ process: Double, _ index: Int) -> Double {
    let mixed = (nonce.bitPattern ^ UInt64(slot) << 56 ^ process.bitPattern) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index)
    return Double((mixed ^ mixed >> 31) & 0xFF_FFFF_FFFF)
  }

  /// The nonce of the solve that its positions come from.
  var nonce: Double? {
    switch self {
    case .solved(let nonce, _), .stopped(let nonce): nonce
    case .initial, .torn: nil
    }
  }
}
