extension ValueReader {
  private static let sizes: [(name: String, bytes: Int)] = [
    ("B", 1), ("kB", 1000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20), ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
  ]

  /// A whole number with a unit, in bytes.
  func size(_ range: PartialRangeFrom<Int>) -> Int? {
    if records([.size]) { return nil }
    guard case .scalar(let scalar) = node.content else {
      wrongType("a size such as 10 MB")
      return nil
    }
    let digits = scalar.text.prefix { $0.isASCII && $0.isNumber }
    let unit = scalar.text.dropFirst(digits.count).drop { $0 == " " }
    guard let amount = Int(digits), let known = Self.sizes.first(where: { $0.name == unit }) else {
      wrongType("a size such as 10 MB", ["valid units: " + Self.sizeUnits.joined(separator: ", ")])
      return nil
    }
    let (bytes, overflows) = amount.multipliedReportingOverflow(by: known.bytes)
    guard !overflows, range.contains(bytes) else {
      report(.outOfRange, "\(label) must be at least \(range.lowerBound) B, and less than 2^63, not \(scalar.text)")
      return nil
    }
    return bytes
  }

  static let sizeUnits = sizes.map(\.name)
  static let sizePattern = "^[0-9]+ *(\(sizeUnits.joined(separator: "|")))$"

  /// In the largest unit that leaves no fraction: `10 MB`.
  static func sizeText(_ bytes: Int) -> String {
    let unit = sizes.filter { bytes > 0 && bytes.isMultiple(of: $0.bytes) }.max { $0.bytes < $1.bytes } ?? sizes[0]
    return "\(bytes / unit.bytes) \(unit.name)"
  }
}
