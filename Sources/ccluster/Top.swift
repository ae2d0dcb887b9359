import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster
import Glibc

struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows a cluster on the whole terminal while it runs: step times, and a row for each controller.",
    discussion: """
      Keys: arrows select and sort, / filters, a, d, r and R activate, deactivate, reset and restart what is selected or marked, \
      after a question, ? tells all of them, q leaves. It only reads the cluster's memory, so that no step waits for it, and \
      samples solve times: it tells of how many. Killed by SIGKILL it cannot put the terminal back; 'reset' does.

      --once prints one page and --json one object, of what was seen in one interval: what 'ps' has of it, and {"span", \
      "step_times": {"p50", "p99", "max", "seen", "count"}, "solves": {"seen", "count"}, "command_buffer", "rows": \
      [{"controller", "process", "pid", "core", "state", "late", "times_late", "solves", "solve_times": {as above}, "failures", \
      "deaths", "restarts", "command_norm", "message"}]}. Times are in seconds.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Option(
    help: ArgumentHelp("How long from one look to the next: 100ms to 1min.", valueName: "duration"),
    transform: Top.interval)
  var interval = 1.0

  @Option(help: "The column to sort by, what matters most first.")
  var sort = TopColumn.controller

  @Flag(help: "Sort the other way round.")
  var invert = false

  @Option(
    help: ArgumentHelp(
      "Only controllers that fit all words: 3, 0-7, dead, out (failed, dead or late), part of a name or message.",
      valueName: "words"))
  var filter = ""

  @Flag(help: "Print one page.")
  var once = false

  @Flag(help: "Print one JSON object.")
  var json = false

  private static func interval(_ text: String) throws -> Double {
    let seconds = try Launch.seconds(text)
    guard (0.1...60).contains(seconds) else { throw ValidationError("it takes 100ms to 1min") }
    return seconds
  }

  func run() throws {
    guard once || json || FullScreen.isAvailable else {
      Terminal.error.print(
        "ccluster: top takes a whole terminal, and this is none; --once prints one page, --json one object")
      throw ExitCode(64)
    }
    let running = try cluster.find()
    let (order, filter) = (TopOrder(sort, inverted: invert), TopFilter(filter))
    if once || json { return try print(running, order, filter) }
    let session = try ClusterArgument.printingProblems {
      try TopSession(
        running, processes: running.hosts, order: order, filter: filter, interval: interval)
    }
    let end = session.show()
    if let reason = session.end { Terminal.error.tell(end: reason, of: cluster.name) }
    end.dieIfKilled()
  }

  private func print(_ running: RunningCluster, _ order: TopOrder, _ filter: TopFilter) throws {
    let sampler = ClusterSampler(running.segment, processes: running.hosts)
    let end = System.monotonicNanoseconds + UInt64(interval * 1e9)
    while System.monotonicNanoseconds < end {
      usleep(10_000)
      sampler.sample()
    }
    let reading = sampler.reading(total: true)
    if json { return try Terminal.output.data(reading.json(order, filter).pretty + "\n") }
    try Terminal.output.data(TopScreen.page(reading, order, filter))
  }
}

extension TopColumn: ExpressibleByArgument {
  public static var allValueStrings: [String] { sortable.map(\.rawValue) }

  public init?(argument: String) {
    guard let column = Self.sortable.first(where: { $0.rawValue == argument }) else { return nil }
    self = column
  }
}
