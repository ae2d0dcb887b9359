/// How long to measure.
struct Effort {
  /// Turns of every comparison.
  let turns: Int
  /// ns that one side of one turn may take.
  let turnTime: UInt64
  /// Times that 64 processes are started.
  let starts: Int

  /// Under 3 minutes, and under 30 seconds.
  static let full = Effort(turns: 40, turnTime: 40_000_000, starts: 15)
  static let quick = Effort(turns: 16, turnTime: 20_000_000, starts: 4)

  /// Repetitions that fill a turn.
  /// - Parameter warmUp: ns of repetitions just measured; the slower half of them decides nothing.
  func repetitions(_ warmUp: [UInt64]) -> Int {
    var samples = Samples()
    samples += warmUp
    return max(20, min(5000, Int(Double(turnTime) / (samples.median * 1000))))
  }
}
