import ControlCluster

enum BenchError: Error, CustomStringConvertible {
  case incomplete(StepReport)
  case plainC(String)
  case usage(String)

  var description: String {
    switch self {
    case .incomplete(let report): "a step did not solve: \(report)"
    case .plainC(let what): "plain-c: \(what)"
    case .usage(let what): "\(what)\nusage: step-bench [--quick] [--json FILE] [--workers N]"
    }
  }
}
