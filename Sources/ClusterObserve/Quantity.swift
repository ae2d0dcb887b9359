/// Numbers as people read them.
public enum Quantity {
  /// `118 µs`, `3.42 ms`, `1.20 s`.
  public static func duration(_ seconds: Double) -> String {
    if seconds < 999.5e-6 { return "\(Int((seconds * 1e6).rounded())) µs" }
    if seconds < 0.9995 { return "\(significant(seconds * 1e3)) ms" }
    return "\(significant(seconds)) s"
  }

  /// `1.2 MiB`.
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : "\(fixed(value, 1)) \(units[unit])"
  }

  /// Three significant digits.
  public static func significant(_ value: Double) -> String {
    let magnitude = abs(value)
    return fixed(value, magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)
  }

  /// A fixed number of decimals.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    return "\(sign)\(scaled / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }
}
