import ControlCluster

enum BenchError: Error, CustomStringConvertible {
  case incomplete(StepReport)
  case tool(String)
  /// What a figure needs and this machine lacks: the figure is told as not measured.
  case missing(String)
  case usage(String)

  var description: String {
    switch self {
    case .incomplete(let report): "a step did not solve: \(report)"
    case .tool(let what), .missing(let what): what
    case .usage(let what): "\(what)\n\(Options.usage)"
    }
  }
}
