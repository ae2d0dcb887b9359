import ControlCluster
import Glibc

/// How a recording went.
public struct RecordingReport: Sendable {
  public var file: String
  /// Why it ended.
  public var reason: String
  /// Whether all that was captured is in the file.
  public var problem: ClusterError?
  /// In the file.
  public var steps = 0
  /// Steps that should be in it and are not.
  public var missed: UInt64 = 0
  /// Of those: the cluster had gone on before their rows were copied.
  public var overtaken: UInt64 = 0
  /// Of those: the file was behind, and there was no room for more.
  public var overrun: UInt64 = 0
  /// Numbers of the first and last step that was captured.
  public var numbers: (first: UInt64, last: UInt64)?
  public var bytes = 0
  public var seconds: Double = 0
  /// That the recorder has used. s
  public var processorTime: Double = 0

  init(file: String, end: StepCapture.End?, problem: ClusterError?) {
    (self.file, self.problem) = (file, problem)
    reason =
      switch end {
      case .clusterEnded: "the cluster has ended"
      case .interrupted: "interrupted"
      case .complete: "complete"
      case .failed, nil: problem.map { "\($0)" } ?? "it could go no further"
      }
  }

  mutating func take(_ figures: StepCapture.Figures, seconds: Double) {
    (missed, overtaken, overrun) = (figures.missed, figures.overtaken, figures.overrun)
    (numbers, self.seconds) = (figures.numbers, seconds)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    processorTime = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
  }

  /// `ccluster.end`.
  var metadata: [(key: String, value: String)] {
    [
      ("reason", reason), ("steps", "\(steps)"), ("missed", "\(missed)"), ("overtaken", "\(overtaken)"),
      ("overrun", "\(overrun)"), ("seconds", "\(seconds)"),
    ]
  }

  /// One object: seconds, bytes, steps.
  public var json: JSONValue {
    [
      "file": .string(file), "reason": .string(reason), "complete": .bool(problem == nil), "steps": .integer(steps),
      "missed": .integer(Int(missed)), "overtaken": .integer(Int(overtaken)), "overrun": .integer(Int(overrun)),
      "first_step": numbers.map { .integer(Int($0.first)) } ?? .null,
      "last_step": numbers.map { .integer(Int($0.last)) } ?? .null, "bytes": .integer(bytes),
      "seconds": .number(seconds), "cpu_seconds": .number(processorTime),
    ]
  }
}
