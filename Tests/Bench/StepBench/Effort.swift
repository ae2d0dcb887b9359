/// How long to measure, and how much of it.
struct Effort {
  /// Turns of every comparison.
  var turns: Int
  /// ns that one side of one turn may take.
  var turnTime: UInt64
  /// Times that 64 processes are started.
  var starts: Int
  /// Processes of the empty step.
  var workers = [1, 2, 4, 8, 16, 32, 64, 128]
  /// Controllers in so many processes.
  var hosting = [(1024, 2), (1024, 8), (1024, 32), (4096, 2), (4096, 16)]
  /// Processes of the step with rows.
  var rowWorkers = [1, 8, 64]
  /// Processes that a Python program steps.
  var peerWorkers = [1, 2, 4, 8, 16]
  /// Things of each kind that planning is linear in, beside 1000 of them.
  var planned: [(WideConfig, Int)] = [
    (.fields, 2000), (.fields, 5000), (.fields, 10_000), (.buffers, 10_000), (.joints, 10_000), (.dimensions, 10_000),
  ]

  /// Under 5 minutes, and under a minute.
  static let full = Effort(turns: 40, turnTime: 40_000_000, starts: 15)
  static let quick = Effort(turns: 12, turnTime: 20_000_000, starts: 4)

  /// A few seconds: whether everything can be measured, and not what it is.
  static let smoke = Effort(
    turns: 2, turnTime: 1_000_000, starts: 1, workers: [1, 2], hosting: [(64, 2)], rowWorkers: [2], peerWorkers: [2],
    planned: [(.fields, 2000)])

  /// Repetitions that fill a turn.
  /// - Parameter warmUp: ns of repetitions just measured; the slower half of them decides nothing.
  func repetitions(_ warmUp: [UInt64]) -> Int {
    var samples = Samples()
    samples += warmUp
    return max(20, min(5000, Int(Double(turnTime) / (samples.median * 1000))))
  }

  /// Ours beside theirs, as many repetitions a turn as fit into it.
  func compare(_ ours: (Int) throws -> [UInt64], _ theirs: (Int) throws -> [UInt64]) throws -> Figure.Finding {
    let count = repetitions(try ours(50))
    let theirCount = repetitions(try theirs(50))
    return .comparison(try Comparison.measure(turns: turns, { try ours(count) }, { try theirs(theirCount) }))
  }
}
