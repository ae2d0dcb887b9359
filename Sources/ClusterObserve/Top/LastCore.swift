import ControlCluster

/// On which core a process ran last, as the kernel tells it of the main thread, in which controllers solve.
enum LastCore {
  /// `nil` when there is no such process.
  static func of(_ pid: Int32) -> Int? { System.contents(of: "/proc/\(pid)/stat").flatMap(parse) }

  /// Field 39 of /proc/PID/stat (proc(5)); counted behind the last bracket, because the command's name may hold anything.
  static func parse(_ stat: String) -> Int? {
    guard let bracket = stat.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[stat.utf8.index(after: bracket)...].split(separator: " ")
    return fields.count > 36 ? Int(fields[36]) : nil
  }
}
