import ControlCluster
import Glibc

/// Prints a line at once, into a pipe, too: the bench takes minutes.
func say(_ line: String) { try? System.writeAll(STDOUT_FILENO, Array((line + "\n").utf8)) }

extension Double {
  /// With that many digits behind the point.
  func fixed(_ digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let scaled = Int((self * Double(scale)).rounded())
    guard digits > 0 else { return "\(scaled)" }
    let fraction = "\(scaled % scale)"
    return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
