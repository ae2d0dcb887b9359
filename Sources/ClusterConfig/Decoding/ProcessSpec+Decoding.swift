extension ProcessSpec {
  /// A name that is a file's, and no other process's of a run.
  static let namePattern =
    "^(?!(\(reserved.joined(separator: "|"))|\(workerPattern))$)[A-Za-z][A-Za-z0-9_-]{0,63}$"
  /// Those that stand for something else wherever a process is named.
  static let reserved = ["server", "simulator", "controllers", "launcher", "recorder", "hosts", "agent"]
  private static let workerPattern = "controllers?(-[0-9]+)+"

  init(_ name: Located<String>, _ reader: ValueReader) {
    var section = Section(reader, at: name.span)
    self.name = name
    program = section.commandProgram()
    after = section.after("Who must be ready before it starts: other processes by name, controllers, simulator.")
    ready = section.read(
      "ready", default: .started,
      doc: """
        When those that wait for it go on. started: at once; registered: when it has sent READY=1 to its NOTIFY_SOCKET, as \
        sd_notify does; exited: when it has ended with 0.
        """
    ) { $0.choice() }
    startupTimeout = section.read(
      "startup_timeout", default: 180, doc: "Time that it has to be ready, with a unit."
    ) { $0.duration(.positive) }
    required = section.read(
      "required", absent: "whether another one waits for it",
      doc: "Whether the run ends when it fails for good; false: that is told, and whoever waits for it goes on."
    ) { $0.bool() }
    on = section.read(
      "on", default: .head,
      doc: "With several hosts, where it runs. head: on the first one; all: on each, with the memory of that one."
    ) { $0.choice() }
    restart = ClusterConfig.Restart(
      section.section("restart", doc: "What happens when it ends."), policy: .never,
      overLimit: "Restarts within window after which it has failed for good.")
    placement = ClusterConfig.Placement(section.section("placement", doc: "Which cores it runs on."))
    scheduling = SchedulingSpec(section.section("scheduling", doc: "How the kernel schedules it."))
    section.finish()
  }

  /// Whether that is `controller-3` or `controllers-0-7`.
  static func isWorker(_ name: String) -> Bool {
    var parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard ["controller", "controllers"].contains(parts.removeFirst()), !parts.isEmpty else { return false }
    return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }
  }
}

extension Section {
  /// Who must be ready before; in short a single name.
  mutating func after(_ doc: String) -> [Located<String>] {
    read("after", default: [], doc: doc) { $0.stringOrStrings("a name or a list of names") }
  }
}

extension ClusterConfig.Liveness {
  init(_ section: Section) {
    var section = section
    self.init()
    timeout = section.read(
      "timeout", default: timeout,
      doc: "Time that a process may leave a step or a request unanswered, or be stopped, with a unit."
    ) { $0.duration(.positive) }
    action = section.read(
      "action", default: action,
      doc:
        "report: it is told, and told again when it answers; restart: it is also killed, and restart says what follows."
    ) { $0.choice() }
    section.finish()
  }
}
