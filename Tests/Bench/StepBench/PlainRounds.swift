/// A round in plain C: one futex broadcast, and what each process and the client do besides.
enum PlainRounds {
  /// - Parameters:
  ///   - workers: processes.
  ///   - words: 64-bit words that each marks and the client reads.
  ///   - stateBytes: a row that the client writes and a process reads.
  ///   - commandBytes: a row that a process writes and the client reads.
  static func start(workers: Int, words: Int = 0, stateBytes: Int = 0, commandBytes: Int = 0) throws -> Tool {
    try Tool("plain-c", ["rounds", "\(workers)", "\(words)", "\(stateBytes)", "\(commandBytes)"])
  }

  /// ns until `workers` plain processes that map an object of `size` bytes have registered in it.
  static func registration(workers: Int, size: Int) throws -> [UInt64] {
    try Tool("plain-c", ["registration", "\(workers)", "\(size)"]).times()
  }
}
