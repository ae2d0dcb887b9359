import Glibc

/// Numbers as people read them. There is no Foundation here, and `description` prints all digits.
enum Decimal {
  /// With that many digits behind the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
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
  static func short(_ value: Double) -> String {
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
}
