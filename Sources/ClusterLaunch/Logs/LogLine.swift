/// One line of a log: `2026-11-25T22:10:05.123456Z err what the process printed`.
enum LogLine {
  /// Of the fraction of a second: lines of several processes are merged by their times.
  static let digits = 6

  /// What stands in front of what was printed.
  static func prefix(time: String, stream: LaunchEvent.Stream) -> String {
    "\(time) \(stream == .standardOutput ? "out" : "err") "
  }

  /// `nil` for what is no line of ours: the rest of one that a full disk has torn.
  static func parse(_ line: Substring) -> (time: Substring, stream: LaunchEvent.Stream, text: Substring)? {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].last == "Z", parts[1] == "out" || parts[1] == "err" else { return nil }
    return (parts[0], parts[1] == "out" ? .standardOutput : .standardError, parts[2])
  }
}
