import ControlCluster

enum BenchError: Error, CustomStringConvertible {
  case incomplete(StepReport)
  case tool(String)
  case usage(String)

  var description: String {
    switch self {
    case .incomplete(let report): "a step did not solve: \(report)"
    case .tool(let what): what
    case .usage(let what): "\(what)\nusage: step-bench [--quick] [--json FILE] [--workers N]"
    }
  }
}
