import ControlCluster
import Glibc

/// Steps as a tool of its own, for `compare.py`, which holds builds beside each other: answers each number on standard input
/// with one line of as many times in ns.
///
///   step-bench answer empty-controller|row-controller CONTROLLERS WORKERS
enum Answers {
  /// Never returns when that was asked for.
  static func giveIfAsked() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, arguments[1] == "answer" else { return }
    guard let kind = BenchCluster.ControllerKind(rawValue: arguments[2]), let controllers = Int(arguments[3]),
      let workers = Int(arguments[4]), workers > 0, controllers.isMultiple(of: workers)
    else { throw BenchError.usage("step-bench answer empty-controller|row-controller CONTROLLERS WORKERS") }
    let blueprint = BenchCluster.blueprint(name: BenchCluster.name(), controllers: controllers, workers: workers)
    let cluster = try BenchCluster(blueprint, workers: workers, kind)
    let client = try BenchClient(cluster, movingRows: kind == .rows)
    while let count = readLine().flatMap({ Int($0) }) {
      say(try client.steps(count).map { "\($0)" }.joined(separator: " "))
    }
    cluster.server.stop()
    exit(0)
  }
}
