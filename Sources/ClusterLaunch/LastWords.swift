/// What a process that failed has left behind.
public struct LastWords: Sendable, Equatable {
  public var process: String
  public var status: ProcessStatus
  /// The last lines that it printed on standard error, or on standard output if there were none.
  public var lines: [String]
  /// Where all of its output is kept; `nil` where it is not.
  public var log: String?
  /// Where its memory image is to be found, in words; `nil` when the kernel wrote none.
  public var core: String?

  /// Lines of a process that are remembered: a Python traceback's end with its error.
  static let count = 5

  public var text: String {
    var text = "\(process) \(status)"
    if !lines.isEmpty { text += "; it had printed last: " + lines.joined(separator: " ⏎ ") }
    if let core { text += "; \(core)" }
    return text
  }

  /// - Parameter pattern: of /proc/sys/kernel/core_pattern, core(5).
  static func core(of pid: Int32, pattern: String) -> String {
    let pattern = pattern.split(separator: "\n").first.map(String.init) ?? ""
    if pattern.contains("systemd-coredump") { return "its memory was dumped: coredumpctl debug \(pid)" }
    return pattern.hasPrefix("|")
      ? "its memory was dumped to \(pattern.dropFirst().split(separator: " ").first ?? "a program")"
      : "its memory was dumped as \(pattern.isEmpty ? "core" : pattern) (core(5))"
  }
}
