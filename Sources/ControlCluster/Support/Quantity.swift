import Glibc

/// Numbers as people read them. There is no Foundation here, and `description` prints all digits.
public enum Quantity {
  /// With that many digits behind the point.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    let scale = pow(10, Double(digits))
    let scaled = (abs(value) * scale).rounded()
    // Beyond 2^53 there are no digits behind the point left to print.
    guard scaled < 9e15 else { return "\(value)" }
    let number = Int(scaled)
    let sign = value < 0 && number > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(number)" }
    let whole = number / Int(scale)
    let fraction = String(number % Int(scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// With three significant digits, small and large ones with an exponent: 0.0123, 4.57e-07.
  public static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var exponent = Int(floor(log10(abs(value))))
    var mantissa = (value / pow(10, Double(exponent) - 2)).rounded() / 100
    if abs(mantissa) >= 10 {
      mantissa /= 10
      exponent += 1
    }
    if (-4..<4).contains(exponent) { return fixed(value, max(0, 2 - exponent)) }
    let sign = exponent < 0 ? "-" : "+"
    return "\(fixed(mantissa, 2))e\(sign)\(abs(exponent) < 10 ? "0" : "")\(abs(exponent))"
  }

  /// Without an exponent: `0.31`, `72.7`, `3,968`.
  public static func plain(_ value: Double) -> String {
    let magnitude = abs(value)
    guard magnitude >= 999.5, magnitude < 9e15 else {
      return fixed(value, magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)
    }
    return thousands(Int(value.rounded()))
  }

  /// `118 µs`, `3.42 ms`, `1.20 s`.
  public static func duration(_ seconds: Double) -> String {
    if seconds < 999.5e-6 { return "\(fixed(seconds * 1e6, 0)) µs" }
    return seconds < 0.9995 ? "\(short(seconds * 1e3)) ms" : "\(short(seconds)) s"
  }

  /// Of things that last: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`.
  public static func span(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e15 else { return "\(seconds) s" }
    let whole = Int(max(0, seconds))
    let (minutes, hours) = (whole / 60, whole / 3600)
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(minutes) min"
    case ..<86400: return minutes % 60 == 0 ? "\(hours) h" : "\(hours) h \(minutes % 60) min"
    default: return hours % 24 == 0 ? "\(hours / 24) d" : "\(hours / 24) d \(hours % 24) h"
    }
  }

  /// `1,234,567`
  public static func thousands(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `104.0 KiB`; below that `96 bytes`.
  public static func bytes(_ count: Int) -> String {
    guard count >= 1024 else { return "\(count) bytes" }
    // Tenths of the unit, so that what rounds up to 1024 KiB goes on to be 1 MiB.
    var tenths = Double(count) * 10 / 1024
    var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
    while tenths.rounded() >= 10240, units.count > 1 {
      tenths /= 1024
      units = units.dropFirst()
    }
    let rounded = Int(tenths.rounded())
    return "\(rounded / 10).\(rounded % 10) \(units.first!)"
  }

  /// `1 worker`, `3 workers`
  public static func count(_ number: Int, _ noun: String) -> String {
    "\(thousands(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// `0-3,8`, as the kernel writes lists.
  public static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
