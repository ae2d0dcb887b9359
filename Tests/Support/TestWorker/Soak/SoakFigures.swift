import ControlCluster
import Glibc

/// What a soak's simulator has done so far, for `soak.py`.
struct SoakFigures {
  var steps = 0
  /// Of these, those that nobody took part in: all were dead, late or failed.
  var emptySteps = 0
  var solved = 0
  var failed = 0
  var died = 0
  var late = 0
  var resets = 0
  /// s
  var longestStep = 0.0
  /// What was wrong; the soak has failed.
  var violation: String?
  /// Why it ended.
  var end: String?

  mutating func count(_ report: StepReport) {
    steps += 1
    if report.participants == 0 { emptySteps += 1 }
    solved += report.solved
    failed += report.failed
    died += report.died
    late += report.late
    longestStep = max(longestStep, report.duration)
  }

  /// Replaces the file whole, so that no reader finds half of it.
  func write(to path: String) throws {
    let json: JSONValue = [
      "pid": .integer(Int(getpid())), "steps": .integer(steps), "empty_steps": .integer(emptySteps),
      "solved": .integer(solved), "failed": .integer(failed),
      "died": .integer(died), "late": .integer(late), "resets": .integer(resets),
      "longest_step": .number(longestStep), "violation": violation.map(JSONValue.string) ?? .null,
      "end": end.map(JSONValue.string) ?? .null,
    ]
    let temporary = path + ".new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ClusterError.system(call: "open '\(temporary)'", errno: errno) }
    defer { close(descriptor) }
    try System.writeAll(descriptor, Array(json.compact.utf8))
    guard rename(temporary, path) == 0 else { throw ClusterError.system(call: "rename '\(temporary)'", errno: errno) }
  }
}
