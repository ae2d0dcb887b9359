/// Numbers and ranges as people type them: `3`, `0-3,7`.
enum NumberList {
  /// Nobody means more.
  private static let longestRange = 1 << 20

  /// Each once, in their order; `nil` for what is no such list.
  static func numbers(_ text: some StringProtocol) -> [Int]? {
    var numbers: [Int] = []
    var known: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, ends.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
        let first = Int(ends[0]), let last = Int(ends[ends.count - 1]), first <= last, last - first < longestRange
      else { return nil }
      for number in first...last where known.insert(number).inserted { numbers.append(number) }
    }
    return numbers
  }
}
