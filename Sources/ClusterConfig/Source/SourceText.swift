/// The text of a file or of an argument such as `--set a.b=c`, immutable and shared by all the values that came from it.
package final class SourceText: Sendable {
  /// The file's absolute path, or `--set a.b=c`.
  package let name: String
  let isOverride: Bool
  /// What relative paths in this source are relative to.
  let directory: String
  /// UTF-8, without a byte order mark.
  package let bytes: [UInt8]
  private let lineStarts: [Int]

  /// Longer lines are not worth showing.
  private static let maximumLine = 4000

  package init(file path: String, bytes: [UInt8]) {
    name = path
    isOverride = false
    directory = Path.directory(of: path)
    self.bytes = bytes
    lineStarts = Self.lineStarts(of: bytes)
  }

  /// An argument of the command line; places in it count after the option and a blank.
  /// - Parameter option: what the argument belongs to: `--set`, `--sweep`.
  package init(override argument: String, option: String = "--set") {
    name = "\(option) \(argument)"
    isOverride = true
    directory = Path.currentDirectory
    bytes = Array(argument.utf8)
    lineStarts = Self.lineStarts(of: bytes)
  }

  package func location(of range: Range<Int>) -> Diagnostic.Location {
    .init(file: name, isOverride: isOverride, start: position(range.lowerBound), end: position(range.upperBound))
  }

  /// Where `word` first stands inside `range`.
  package func offset(of word: [UInt8], in range: Range<Int>) -> Int? {
    guard let first = word.first, range.count >= word.count else { return nil }
    var start = range.lowerBound
    while let found = bytes[start..<range.upperBound - word.count + 1].firstIndex(of: first) {
      if bytes[found..<found + word.count].elementsEqual(word) { return found }
      start = found + 1
    }
    return nil
  }

  /// 1-based.
  func lineNumber(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The line that `offset` is in, without its break.
  func line(at offset: Int) -> String? {
    let start = lineStarts[lineNumber(at: offset) - 1]
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") {
      end += 1
      if end - start > Self.maximumLine { return nil }
    }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private func position(_ offset: Int) -> Diagnostic.Position {
    let line = lineNumber(at: offset)
    let column = bytes[lineStarts[line - 1]..<max(lineStarts[line - 1], offset)].count { $0 & 0xC0 != 0x80 }
    return .init(line: line, column: column + 1)
  }

  private static func lineStarts(of bytes: [UInt8]) -> [Int] {
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      let isBreak =
        byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r") && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n"))
      if isBreak { starts.append(index + 1) }
    }
    return starts
  }
}
