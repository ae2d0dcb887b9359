/// The last lines of a process, in case that they are its last words.
struct LastLines {
  private var error = Ring()
  private var output = Ring()
  /// Characters of a line; a line of output has no bound of its own.
  private static let width = 400

  mutating func add(_ line: String, _ stream: LaunchEvent.Stream) {
    if line.isEmpty { return }
    let line = line.utf8.count > Self.width ? String(line.prefix(Self.width)) : line
    if stream == .standardError { error.add(line) } else { output.add(line) }
  }

  /// Those of standard error, where reasons are told; of standard output when there are none.
  var lines: [String] { error.lines.isEmpty ? output.lines : error.lines }

  /// Overwritten in turn, so that a line costs no more than its storage.
  private struct Ring {
    private var kept: [String] = []
    private var next = 0

    mutating func add(_ line: String) {
      if kept.count < LastWords.count { kept.append(line) } else { kept[next] = line }
      next = (next + 1) % LastWords.count
    }

    var lines: [String] { kept.count < LastWords.count ? kept : Array(kept[next...] + kept[..<next]) }
  }
}
