import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ControlCluster
import Glibc

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows values of a running cluster again and again, until it ends.",
    discussion: """
      Takes the paths of 'show'. On a terminal it is a page that is redrawn; arrows scroll, the space bar pauses, q leaves. Anywhere \
      else it is a line each time, NAME=VALUE for each element; --json prints an object a line, as 'show' has it, and --csv a line \
      for each controller, with the time in seconds since it began.
      """)

  @OptionGroup var values: ValueArguments

  @Option(help: ArgumentHelp("How often to look, a second: 0.1 to 1000; 5 by default.", valueName: "rate"))
  var hz = 5.0

  @Option(
    name: .customLong("for"), help: ArgumentHelp("How long; until the cluster ends by default.", valueName: "duration"),
    transform: Launch.seconds)
  var duration = Double.infinity

  @Flag(help: "Print JSON, an object a line.")
  var json = false

  @Flag(help: "Print comma-separated values.")
  var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("it is either --json or --csv") }
    if values.paths.isEmpty {
      throw ValidationError("it takes a path, such as rhc_status; 'show NAME' says what there is")
    }
    guard (0.1...1000).contains(hz) else { throw ValidationError("--hz takes 0.1 to 1000") }
  }

  func run() throws {
    let running = try values.cluster.find()
    let selections = try values.selections(in: running)
    let reader = try ClusterArgument.printingProblems { try ValueReader(running.segment, selections) }
    if FullScreen.isAvailable, !json, !csv {
      let session = try ClusterArgument.printingProblems {
        try WatchSession(running, reader, hz: hz, duration: duration)
      }
      let end = session.show()
      if let reason = session.end { Terminal.error.tell(end: reason, of: values.cluster.name) }
      return end.dieIfKilled()
    }
    try print(running, reader)
  }

  /// A line each time.
  private func print(_ running: RunningCluster, _ reader: ValueReader) throws {
    let watch = EndWatch(running)
    let output = Terminal.output
    let start = System.monotonicNanoseconds
    let (period, patience) = (UInt64(1e9 / hz), min(1 / hz, 0.1))
    let end = duration < 1e9 ? start + UInt64(duration * 1e9) : .max
    var next = start
    if csv { output.write(ValueReading.csvHeader(reader.selections)) }
    while !watch.hasEnded, System.monotonicNanoseconds < end {
      let reading = reader.read(within: patience)
      output.write(text(of: reading, since: start))
      try output.finish()
      if output.readerIsGone { return }
      next += period
      let now = System.monotonicNanoseconds
      // Who is late goes on from there, and does not make up for it.
      next = max(next, now)
      usleep(UInt32((min(next, end) - min(now, end)) / 1000))
    }
    guard watch.hasEnded else { return }
    while !watch.isFinal {
      watch.findReason()
      if !watch.isFinal { usleep(20_000) }
    }
    if let reason = watch.reason { Terminal.error.tell(end: reason, of: values.cluster.name) }
  }

  private func text(of reading: ValueReading, since start: UInt64) -> String {
    if json { return reading.json(statistics: true).compact + "\n" }
    return csv ? reading.csv(since: start) : reading.line(since: start) + "\n"
  }
}
