/// The last lines of a process, in case that they are its last words.
struct LastLines {
  private var error: [String] = []
  private var output: [String] = []
  /// Characters of a line; a line of output has no bound of its own.
  private static let width = 400

  mutating func add(_ line: String, _ stream: LaunchEvent.Stream) {
    if line.isEmpty { return }
    let line = line.utf8.count > Self.width ? String(line.prefix(Self.width)) : line
    if stream == .standardError { Self.add(line, to: &error) } else { Self.add(line, to: &output) }
  }

  private static func add(_ line: String, to lines: inout [String]) {
    if lines.count == LastWords.count { lines.removeFirst() }
    lines.append(line)
  }

  /// Those of standard error, where reasons are told; of standard output when there are none.
  var lines: [String] { error.isEmpty ? output : error }
}
