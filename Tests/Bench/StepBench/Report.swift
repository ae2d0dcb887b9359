import ControlCluster
import Glibc

/// Measures everything, and prints each figure as soon as it is known.
struct Report {
  private var steps: [JSONValue] = []
  private var figures: [Figure] = []
  private let began = Clock.now

  /// - Parameter workers: measure only the step of that many processes.
  init(_ effort: Effort, onlyStepOf workers: Int? = nil) throws {
    say("step-bench: \(Self.processor), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores; \(effort.turns) turns each")
    say("")
    try measureSteps(of: workers.map { [$0] } ?? Bench.workers, effort)
    if workers == nil { try measureFigures(effort) }
    say("")
    say("! misses its target here. \(Clock.seconds(since: began).fixed(0)) s in all.")
  }

  private mutating func measureFigures(_ effort: Effort) throws {
    say("")
    say(
      "what (and what it stands beside)".padded(to: 62) + "measured".leftPadded(to: 30) + "target".leftPadded(to: 12))
    add(
      Figure(
        "4096 controllers in 2 workers, empty step (2 in 2)", "hosting", try Bench.hosting(effort), atMost: 10))
    let copies = try RowCopies()
    add(
      Figure(
        "64 states written, commands read (memcpy of the same rows)", "copy_rows", copies.besideCopiesOfRows(effort),
        atMost: 1 / 0.9))
    add(
      Figure(
        "64 states written, commands read (one memcpy of the bytes)", "copy_at_once", copies.besideOneCopy(effort),
        atMost: 1 / 0.9))
    add(
      Figure(
        "64 controllers spawned and registered (64 plain processes)", "registration", try Bench.registration(effort),
        atMost: 2.5))
    let memory = try Bench.privateMemory()
    add(
      Figure(
        "an empty controller's private memory", "private_memory", Double(memory[memory.count / 2]), unit: "KiB",
        atMost: 1024))
    add(
      Figure(
        "1000 controllers, 200 fields: validate and plan", "planning",
        try ConfigFigures.planning(.fields, 200, times: 5 * effort.turns).median / 1000, unit: "ms", atMost: 10))
    for (config, things, counts) in [
      (WideConfig.fields, "fields", [2000, 5000, 10_000]), (.buffers, "buffers", [10_000]),
      (.joints, "joints", [10_000]), (.dimensions, "dimensions", [10_000]),
    ] {
      for count in counts {
        add(
          Figure(
            "validate and plan, each of \(count) \(things) (each of 1000)", "planning_growth_\(things)_\(count)",
            try ConfigFigures.growth(config, to: count), atMost: 1.25))
      }
    }
    add(
      Figure(
        "ccluster validate of the Go2's config, whole process", "validation",
        try ConfigFigures.validation(effort).median / 1000, unit: "ms", atMost: 15))
  }

  private mutating func measureSteps(of workers: [Int], _ effort: Effort) throws {
    func row(_ cells: [String]) {
      say(zip(cells, [7, 10, 10, 10, 12, 10, 10, 8, 14]).map { $0.leftPadded(to: $1) }.joined())
    }
    row(["", "", "step of", "empty", "", "round in", "plain C", "", ""])
    row(["workers", "median", "p99", "max µs", "median", "p99", "max µs", "ratio", "of turns"])
    for workers in workers {
      let comparison = try Bench.step(workers: workers, effort)
      let (ours, theirs) = (comparison.ours, comparison.theirs)
      row(
        ["\(workers)"] + [ours, theirs].flatMap { [$0.median, $0.quantile(0.99), $0.quantile(1)].map { $0.fixed(1) } }
          + [comparison.ratio.fixed(2), "\(comparison.turns.min()!.fixed(2))–\(comparison.turns.max()!.fixed(2))"])
      steps.append(["workers": .integer(workers), "step": comparison.json, "at_most": 1.15])
    }
  }

  private mutating func add(_ figure: Figure) {
    figures.append(figure)
    say(figure.line)
  }

  /// Writes all that was measured as one JSON object.
  func write(to path: String) throws {
    let document: JSONValue = [
      "processor": .string(Self.processor), "cores": .integer(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
      "steps": .array(steps), "figures": .array(figures.map(\.json)),
    ]
    let file = try System.call("open '\(path)'") { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
    defer { close(file) }
    try System.writeAll(file, Array((document.pretty + "\n").utf8))
    say("written to \(path)")
  }

  private static var processor: String {
    let lines = System.contents(of: "/proc/cpuinfo")?.split(separator: "\n") ?? []
    guard let model = lines.first(where: { $0.hasPrefix("model name") })?.split(separator: ":").last else {
      return "unknown processor"
    }
    return String(model.drop { $0 == " " })
  }
}
