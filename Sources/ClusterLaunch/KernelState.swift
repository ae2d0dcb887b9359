import ControlCluster

/// What the kernel says that a process does: proc(5), field 3 of its `stat`.
struct KernelState: Equatable, Sendable {
  var pid: Int32
  var letter: Character

  init(pid: Int32, letter: Character) { (self.pid, self.letter) = (pid, letter) }

  /// `nil` when there is no such process.
  init?(of pid: Int32) {
    guard let stat = System.contents(of: "/proc/\(pid)/stat"), let bracket = stat.lastIndex(of: ")"),
      let letter = stat[stat.index(after: bracket)...].first(where: { $0 != " " })
    else { return nil }
    self.init(pid: pid, letter: letter)
  }

  /// `process 4711 is stopped (T)`
  var words: String {
    let state =
      switch letter {
      case "R": "runs"
      case "S": "sleeps"
      case "D": "is blocked in the kernel"
      case "T": "is stopped"
      case "t": "is held by a debugger"
      case "Z", "X": "has ended"
      default: "is there"
      }
    return "process \(pid) \(state) (\(letter))"
  }
}
