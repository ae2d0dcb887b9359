import ArgumentParser

/// Many launches of one config.
struct SweepOptions: ParsableArguments {
  @Option(
    name: .customLong("sweep"), parsing: .singleValue,
    help: ArgumentHelp(
      "Launch once with each of these values, after --set; repeated, with every combination.",
      valueName: "path=value,value,…"),
    completion: .custom { words, _, _ in KeyPaths.completions(words) })
  var axes: [String] = []

  @Option(help: "Points of a sweep that run at a time.")
  var jobs = 1

  @Flag(name: .customLong("fail-fast"), help: "Start no further point of a sweep after one has failed.")
  var failsFast = false

  @Flag(help: "Continue the newest sweep of these values, or the one in --run-dir: run what has not ended well.")
  var resume = false

  @Flag(help: "Print what became of a sweep as one JSON object, that of its sweep.json.")
  var json = false

  @Option(
    name: .customLong("point"), parsing: .singleValue,
    help: ArgumentHelp("What a sweep says of each of its launches: a value, for the summary.", visibility: .private))
  var point: [String] = []

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs takes a number from 1 on") }
    if axes.isEmpty, jobs > 1 || failsFast || resume || json {
      throw ValidationError("--jobs, --fail-fast, --resume and --json belong to --sweep, and there is none")
    }
    if !axes.isEmpty, !point.isEmpty { throw ValidationError("--point is what a sweep gives to its launches") }
  }
}
