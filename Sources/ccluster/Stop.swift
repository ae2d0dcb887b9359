import ArgumentParser
import ClusterLaunch
import ControlCluster
import Glibc

struct Stop: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends a cluster in order, and waits until it is gone.",
    discussion: """
      Processes are asked, then terminated, then killed; --grace is how long each of these is given. A cluster whose server a \
      program has made by itself is ended by SIGTERM to that program.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Option(
    help: ArgumentHelp("Time that processes have at each stage; 3s by default.", valueName: "duration"),
    transform: Launch.seconds)
  var grace: Double?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let running = try cluster.find()
    let (launcher, run) = (running.segment.launcher, running.run?.directory)
    var limit = Self.patience(grace ?? Launcher.grace)
    try ClusterArgument.printingProblems { limit = try ask(running) ?? limit }
    let end = System.monotonicNanoseconds + UInt64(limit * 1e9)
    while launcher.isAlive || !Self.isGone(running) {
      guard System.monotonicNanoseconds < end else {
        Terminal.error.print(
          "ccluster: '\(cluster.name)' has not ended within \(Quantity.span(limit)); its launcher is process \(launcher.pid)"
        )
        throw ExitCode(1)
      }
      usleep(5000)
    }
    let steps = running.segment.stepSnapshot().steps
    if json {
      return try Terminal.output.data(
        JSONValue.object([
          .init(key: "name", value: .string(cluster.name)), .init(key: "steps", value: .integer(steps)),
          .init(key: "run_directory", value: run.map { .string($0.path) } ?? .null),
        ]).pretty + "\n")
    }
    let mark = Terminal.error.styled("■", .dim)
    Terminal.error.print(
      "\(mark) \(cluster.name) is stopped after \(Quantity.count(steps, "step"))\(run.map { "; \($0.path)" } ?? "")")
  }

  /// How long that may take, if the launcher says so. s
  private func ask(_ running: RunningCluster) throws(ClusterError) -> Double? {
    try running.refuseSuspended()
    do {
      var request = [JSONValue.Member(key: "do", value: "stop")]
      if let grace { request.append(.init(key: "grace", value: .number(grace))) }
      return try running.connect().ask(request)["limit"]?.number.map { $0 + Self.margin }
    } catch {
      // Nobody is left to ask, or nobody takes requests: the signal says the same.
      guard running.segment.launcher.isAlive else { return nil }
      try System.call("signal process \(running.segment.launcher.pid)") { kill(running.segment.launcher.pid, SIGTERM) }
      return nil
    }
  }

  /// For a busy machine. s
  private static let margin = 5.0

  /// All that the supervisor may take: three stages and the server's own, and some time to clean up.
  private static func patience(_ grace: Double) -> Double { 3 * grace + 10 }

  private static func isGone(_ running: RunningCluster) -> Bool {
    (try? RunningCluster.find(running.name))?.segment.launcher != running.segment.launcher
  }
}
