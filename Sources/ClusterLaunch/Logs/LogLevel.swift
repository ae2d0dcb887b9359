/// How much a line matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
  case debug, info, warning, error

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }
  private var rank: Int { Self.allCases.firstIndex(of: self)! }

  /// The words that loggers put in front of their lines; `E` and `W` are glog's, `<…>` the kernel's and systemd's.
  private static let words: [Substring: LogLevel] = [
    "trace": .debug, "debug": .debug, "info": .info, "information": .info, "notice": .info, "warn": .warning,
    "warning": .warning, "error": .error, "err": .error, "fatal": .error, "critical": .error, "crit": .error,
    "panic": .error, "traceback": .error,
  ]
  /// A logger's word stands behind a time, a name and a place at most.
  private static let wordsLookedAt = 8

  /// The level that a line of a program's output bears, as loggers write it: a word of its own near the start, in capitals,
  /// in brackets, or in front of a colon. A line without one is `info`.
  public init(of line: String) {
    var seen = 0
    var start = line.startIndex
    while start < line.endIndex, seen < Self.wordsLookedAt {
      guard let first = line[start...].firstIndex(where: \.isLetter) else { break }
      let end = line[first...].firstIndex { !$0.isLetter } ?? line.endIndex
      let word = line[first..<end]
      let before = first > line.startIndex ? line[line.index(before: first)] : " "
      let after = end < line.endIndex ? line[end] : " "
      // "no error so far" is no error, and "ValueError" is no word of its own.
      let isMarked = word.allSatisfy(\.isUppercase) || "[<(|".contains(before) || after == ":" || word == "Traceback"
      let isAlone = !before.isNumber && !"_-./".contains(before) && !after.isNumber && !"_-./=".contains(after)
      if isMarked, isAlone, let level = Self.words[Substring(word.lowercased())] {
        self = level
        return
      }
      seen += 1
      start = end
    }
    self = .info
  }
}
