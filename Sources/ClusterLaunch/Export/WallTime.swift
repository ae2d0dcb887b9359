/// A time limit as Slurm writes it.
public struct WallTime: Sendable, Equatable {
  /// s
  public var seconds: Int

  public init(seconds: Int) { self.seconds = seconds }

  /// As sbatch(1) takes it: `30` minutes, `30:00`, `1:30:00`, `2-0`, `2-12:30`, `2-12:30:00`; or with a unit: `90min`, `12h`,
  /// `2d`. `nil` for anything else.
  public init?(_ text: String) {
    for (unit, factor) in [("min", 60), ("s", 1), ("h", 3600), ("d", 86_400)] where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number > 0, number < 1e7 else { return nil }
      seconds = Int((number * Double(factor)).rounded(.up))
      return
    }
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let fields = parts[parts.count - 1].split(separator: ":", omittingEmptySubsequences: false).map { field in
      field.count <= 6 && field.allSatisfy(\.isNumber) ? Int(field) : nil
    }
    guard fields.count <= 3, !fields.contains(nil) else { return nil }
    let numbers = fields.compactMap { $0 }
    if parts.count == 2 {
      guard let days = Int(parts[0]), (0..<100_000).contains(days) else { return nil }
      seconds = zip(numbers, [3600, 60, 1]).reduce(days * 86_400) { $0 + $1.0 * $1.1 }
    } else {
      let units = numbers.count == 3 ? [3600, 60, 1] : [60, 1]
      seconds = zip(numbers, units).reduce(0) { $0 + $1.0 * $1.1 }
    }
    if seconds == 0 { return nil }
  }

  /// `1-02:03:04`
  public var text: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let clock = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    return seconds < 86_400 ? clock : "\(seconds / 86_400)-\(clock)"
  }
}
