import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ControlCluster
import Glibc

/// Set by Ctrl-C, and by nobody else.
nonisolated(unsafe) private var wantsToLeave: sig_atomic_t = 0

struct Attach: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows a running cluster as its launch does, until it ends.",
    discussion: """
      Ctrl-C only leaves; the cluster goes on. The exit status is that of the run, as 'launch' has it (143 when somebody has \
      stopped it), or 0 for who has left.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Lines of before to begin with.", valueName: "lines"))
  var tail = 10

  func run() throws {
    let running = try cluster.find()
    guard let directory = running.run?.directory else {
      Terminal.error.print(
        "ccluster: '\(cluster.name)' has no launcher that writes its lines down; 'ccluster status' shows it")
      throw ExitCode(1)
    }
    for number in [SIGINT, SIGTERM] { signal(number) { _ in wantsToLeave = 1 } }
    show(running, directory)
    Terminal.error.clearStatus()
    guard wantsToLeave == 0 else {
      Terminal.error.print("\(Terminal.error.styled("■", .dim)) left; '\(cluster.name)' goes on")
      return
    }
    Terminal.error.print("\(Terminal.error.styled("■", .dim)) the run \(directory.end ?? "has ended")")
    guard let summary = directory.summary else { throw ExitCode(1) }
    if summary.status != 0 { throw ExitCode(summary.status) }
  }

  private func show(_ running: RunningCluster, _ directory: RunDirectory) {
    let reader = LogReader(directory)
    let printer = LogPrinter(LogReader.names(in: directory), json: false)
    var before: [LogRecord] = []
    reader.read { before.append($0) }
    for record in before.suffix(max(0, tail)) { printer.print(record) }
    var last = (steps: running.segment.stepSnapshot().steps, at: System.monotonicNanoseconds)
    var shown: UInt64 = 0
    while wantsToLeave == 0 {
      let goesOn = directory.isRunning
      reader.read { record in
        Terminal.error.clearStatus()
        printer.print(record)
      }
      guard goesOn else { return }
      let now = System.monotonicNanoseconds
      if now - shown > 200_000_000 {
        let status = ClusterStatus(running.segment, since: last)
        Terminal.error.show(status: Self.line(status))
        last = (status.figures.steps, now)
        shown = now
      }
      usleep(50_000)
    }
  }

  private static func line(_ status: ClusterStatus) -> String {
    let figures = status.figures
    return [
      "  \(status.name) \(status.state.rawValue)", "step \(Quantity.thousands(figures.steps))",
      "\(Quantity.plain(figures.rate))/s",
      "p50 \(Quantity.duration(figures.median))  p99 \(Quantity.duration(figures.p99))",
      StatusText.controllers(status),
    ].joined(separator: Terminal.error.styled(" │ ", .dim))
  }
}
