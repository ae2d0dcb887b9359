// The figures of DESIGN.md §7 on this machine: `make bench`. Nothing here fails because something is slow.
import ControlCluster
import Glibc

BenchCluster.serveIfAsked()
do {
  let options = try Options(CommandLine.arguments.dropFirst())
  let report = try Report(options.isQuick ? .quick : .full, onlyStepOf: options.workers)
  if let path = options.jsonPath { try report.write(to: path) }
} catch {
  System.print(error: "step-bench: \(error)")
  exit(1)
}

struct Options {
  var isQuick = false
  var jsonPath: String?
  /// Only the steps of that many processes: for profiling.
  var workers: Int?

  init(_ arguments: ArraySlice<String>) throws {
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "--quick": isQuick = true
      case "--json":
        guard let path = rest.popFirst() else { throw BenchError.usage("--json needs a file") }
        jsonPath = path
      case "--workers":
        guard let count = rest.popFirst().flatMap({ Int($0) }), count > 0 else {
          throw BenchError.usage("--workers needs a number")
        }
        workers = count
      default: throw BenchError.usage("unknown argument '\(argument)'")
      }
    }
  }
}
