import ControlCluster
import Glibc

/// The files in which a machine describes itself: /proc, /sys, /etc.
public struct MachineFiles: Sendable {
  /// What stands before every path; a directory with copies of such files is a machine, too.
  public var root: String

  public init(root: String = "") { self.root = root }

  /// The whole file without white space around it; `nil` when it cannot be read.
  func text(_ path: String) -> String? {
    System.contents(of: root + path).map { text in
      let start = text.drop(while: \.isWhitespace)
      return String(start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)])
    }
  }

  func number(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

  func lines(_ path: String) -> [Substring] { text(path)?.split(whereSeparator: \.isNewline) ?? [] }

  /// Of a file with a `Name: value` on each line, such as /proc/meminfo.
  func values(_ path: String) -> [String: String] {
    Dictionary(
      lines(path).compactMap { line in
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
        return (String(line[..<colon]), String(value))
      }, uniquingKeysWith: { first, _ in first })
  }

  func names(in directory: String) -> [String] { System.names(in: root + directory) }

  func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }
}
