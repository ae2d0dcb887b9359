import ClusterLaunch

/// The last lines of a run's logs, and on as they come. By itself, so that nobody waits for a long file.
actor LogTail {
  private let reader: LogReader
  private var lines: [LogRecord] = []
  private(set) var dropped = 0

  /// Lines that are kept for a page that does not take them.
  private static let most = 2000
  /// Lines that a page gets at a time.
  private static let batch = 500

  init(_ directory: RunDirectory) { reader = LogReader(directory) }

  /// What is new, as far as it is kept, and how many lines are not.
  func take() -> (lines: [LogRecord], dropped: Int) {
    reader.read { record in
      lines.append(record)
      // Not one by one: they are moved each time.
      if lines.count >= 2 * Self.most { drop(lines.count - Self.most) }
    }
    if lines.count > Self.most { drop(lines.count - Self.most) }
    defer {
      lines.removeFirst(min(Self.batch, lines.count))
      dropped = 0
    }
    return (Array(lines.prefix(Self.batch)), dropped)
  }

  private func drop(_ count: Int) {
    lines.removeFirst(count)
    dropped += count
  }
}
