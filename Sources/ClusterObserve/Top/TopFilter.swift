import ControlCluster

/// Which controllers are shown: those that every word of a text fits.
///
/// A word is a number or a range (`3`, `0-7`, `1,5-6`), the beginning of a state (`dead`, `act`), `out` for all that take no part
/// though they should (failed, dead or late), or a part of the process's name or of the message.
public struct TopFilter: Sendable, Equatable {
  public var text: String

  public init(_ text: String = "") { self.text = text }

  func fits(_ row: ControllerReading) -> Bool {
    text.lowercased().split(separator: " ").allSatisfy { word in
      if let ranges = Self.ranges(word) { return ranges.contains { $0.contains(row.index) } }
      return row.state.hasPrefix(word) || (word == "out" && row.isOut)
        || (row.process?.lowercased().contains(word) ?? false) || row.slot.message.lowercased().contains(word)
    }
  }

  /// `nil` for a word that is none. A range that is still being typed, `3-`, has no end.
  private static func ranges(_ word: Substring) -> [ClosedRange<Int>]? {
    guard word.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "-" || $0 == "," }) else { return nil }
    var ranges: [ClosedRange<Int>] = []
    for part in word.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = Int(ends[0]), let last = ends[ends.count - 1].isEmpty ? .max : Int(ends.last!)
      else { return nil }
      ranges.append(first...max(first, last))
    }
    return ranges.isEmpty ? nil : ranges
  }
}
