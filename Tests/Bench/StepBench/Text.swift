import ControlCluster
import Glibc

/// Prints a line at once, into a pipe, too: the bench takes minutes.
func say(_ line: String) { try? System.writeAll(STDOUT_FILENO, Array((line + "\n").utf8)) }

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
