import ArgumentParser
import BuiltInPrograms
import ClusterConfig
import ClusterLaunch
import ControlCluster
import Glibc

struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Records a running cluster: its rows, step by step, in a file that Foxglove and PlotJuggler open.",
    discussion: """
      An MCAP file of the profile ros2: a channel for each buffer, one for the steps, and ROS 2's own JointState, PoseStamped, \
      TwistStamped and WrenchStamped of the first robots. It begins with the next step, and ends with the cluster, by Ctrl-C, \
      after --for or --steps; then the file has its index, and the status is 0. One that was killed can be read up to its last \
      second. 'record:' in the config has a run record itself, from its first step.

      It only reads the cluster's memory: no step waits for it. A step that is over before its rows were copied is not in the file; \
      it tells how many. --json prints {"file", "reason", "complete", "steps", "missed", "overtaken", "overrun", "first_step", \
      "last_step", "bytes", "seconds", "cpu_seconds"} when it ends.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file; by default NAME-TIME.mcap in this directory.", valueName: "file"),
    completion: .file(extensions: ["mcap"]))
  var output: String?

  @Flag(help: "Replace a file that is there.")
  var force = false

  @Option(help: ArgumentHelp("Only these buffers, with commas; all by default.", valueName: "names"))
  var buffers: String?

  @Option(help: ArgumentHelp("Only steps whose number is a multiple of this.", valueName: "steps"))
  var every: Int?

  @Option(help: ArgumentHelp("At most so many steps a second.", valueName: "frequency"))
  var hz: Double?

  @Option(
    help: ArgumentHelp(
      "Whose ROS 2 messages: 0-3,7, all, none, or by default the first 16.", valueName: "controllers"),
    transform: Record.robots)
  var ros2 = RecordingOptions.Robots.byDefault

  @Option(
    name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 2min.", valueName: "duration"),
    transform: Launch.seconds)
  var duration: Double?

  @Option(help: ArgumentHelp("End after so many recorded steps.", valueName: "steps"))
  var steps: Int?

  @Flag(help: "Print one JSON object when it ends.")
  var json = false

  func validate() throws {
    if let every, every < 1 { throw ValidationError("--every takes a number from 1 on") }
    if let hz, !(hz > 0 && hz.isFinite) { throw ValidationError("--hz takes a frequency above 0") }
    if every != nil, hz != nil {
      throw ValidationError("--every counts steps and --hz looks at the clock: one of them")
    }
    if let steps, steps < 1 { throw ValidationError("--steps takes a number from 1 on") }
    if output == "" { throw ValidationError("-o takes a file, and is given an empty text") }
    if names?.contains("") == true { throw ValidationError("--buffers takes names with commas between them") }
  }

  private var names: [String]? {
    buffers?.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }

  func run() throws {
    let running = try cluster.find()
    try check(running)
    var options = RecordingOptions(cluster: running.name, output: output ?? Self.file(of: running.name))
    options.replaces = force
    options.buffers = names ?? []
    if let every { options.rate = .every(every) }
    if let hz { options.rate = .frequency(hz) }
    options.robots = ros2
    options.duration = duration ?? 0
    options.steps = steps ?? 0
    options.runDirectory = running.run?.directory.path ?? ""
    options.printsJSON = json
    try ClusterArgument.printingProblems { try become(options) }
  }

  /// What the recorder would refuse, with the nearest name.
  private func check(_ running: RunningCluster) throws {
    let layout = running.segment.layout
    let known = layout.buffers.map(\.name)
    for name in names ?? [] where !known.contains(name) {
      let hint = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
      Terminal.error.print(
        "ccluster: '\(running.name)' has no buffer '\(name)'; \(hint ?? "there are \(known.joined(separator: ", "))")")
      throw ExitCode(1)
    }
    if case .list(let list) = ros2 {
      _ = try ClusterArgument.printingProblems { try running.segment.numbers.slots(of: list) }
    }
  }

  private static func file(of name: String) -> String {
    "\(name)-\(WallClock.now(digits: 0).text.prefix(19).replacing(":", with: "-"))Z.mcap"
  }

  /// The recorder takes this process's place: its signals, its terminal, its status.
  private func become(_ options: RecordingOptions) throws(ClusterError) {
    let program = try Programs.besideThisOne().recorder
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + options.arguments).map { strdup($0) } + [nil]
    execv(program, &arguments)
    let code = errno
    for argument in arguments { free(argument) }
    throw .system(call: "start '\(program)'", errno: code)
  }

  /// - Throws: `ValidationError`
  private static func robots(_ text: String) throws -> RecordingOptions.Robots {
    if let word = RecordingOptions.Robots.Word(rawValue: text) { return word.robots }
    return .list(Array(Set(try ControllerArguments.indices([text]))).sorted())
  }
}
