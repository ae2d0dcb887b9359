extension ClusterSpec {
  /// Reads everything, and reports everything that cannot be read.
  init(_ root: Node, place: Span, _ collector: DiagnosticCollector) {
    self.init(Section(root, "", at: place, collector))
  }

  /// Letters and signs that may stand in the name of a shared-memory object.
  private static let namePattern = "^[A-Za-z0-9._-]{1,64}$"

  init(_ section: Section) {
    var section = section
    place = section.place
    // Both are read of each file, before there is a merged config; what is left of `extends` there came by `--set`.
    section.declare(
      "ccluster", isKnown: true, absent: "the current version", doc: "Version of the config's schema.", unit: "version"
    ) {
      $0.integer(SchemaVersion.current...SchemaVersion.current)
    }
    name = section.required(
      "name", "the cluster needs a name, which its shared memory is found by",
      doc: "The cluster's name, which its shared memory is found by."
    ) { $0.string(schemaOnly: Self.namePattern) }
    section.declare(
      "extends", isKnown: false, absent: "none",
      doc: "Files that this one is laid over, in order; paths are relative to this file."
    ) { $0.stringOrStrings("a file or a list of files") }
    let robotSection = section.requiredSection(
      "robot", "describe it, or 'extends' a file that does", doc: "The robot: facts that every experiment shares.")
    robot = robotSection.map { RobotSpec($0) }
    timing = TimingSpec(section.section("timing", doc: "Time steps."))
    horizon = HorizonSpec(section.section("horizon", doc: "How far controllers look ahead: (nodes - 1) * dt seconds."))
    let joints = robot?.joints?.map(\.value)
    controllers = ControllersSpec(
      section.section(
        "controllers", doc: "Controllers, the processes that host them, and what happens when one fails."),
      robotJoints: joints)
    var ofSimulator: SchedulingSpec?
    var beforeSimulator: [Located<String>] = []
    simulator =
      section.read(
        "simulator", absent: "the built-in stub",
        doc: "The simulator: a mapping, or in short the name of a built-in program, stub or external."
      ) {
        ClusterConfig.Simulator($0, robotJoints: joints, scheduling: &ofSimulator, after: &beforeSimulator)
      } ?? .init(defaults: ())
    simulatorScheduling = ofSimulator
    simulatorAfter = beforeSimulator
    var server = section.section("server", doc: "The server, which owns the memory and declares deaths.")
    serverPlacement = ClusterConfig.Placement(server.section("placement", doc: "Which cores it runs on."))
    serverScheduling = SchedulingSpec(server.section("scheduling", doc: "How the kernel schedules it."))
    server.finish()
    processes = section.named(
      "processes", doc: "Processes of the run beside these, by name: a loader, a logger, a policy.",
      each: "A program that runs beside the cluster, and finds its memory by CCLUSTER_SEGMENT.",
      placeholder: "PROCESS", names: ProcessSpec.namePattern
    ).map { ProcessSpec($0.name, $0.value) }
    dimensions = section.named(
      "dimensions",
      doc: "Your own names for extents, beside the built-in joints, contacts, nodes and controllers.",
      each: "A whole number, or an expression of dimensions with + - * / and brackets.",
      placeholder: "NAME", unit: "elements", names: SchemaPattern.dimension
    ).map { name, value in
      DimensionSpec(name: name, extent: value.extent())
    }
    buffers = section.named(
      "buffers", doc: "What the processes share, by name.", each: "Rows of fields in shared memory.",
      placeholder: "BUFFER", names: SchemaPattern.identifier
    ).map { BufferSpec($0.name, $0.value) }
    archive = section.read(
      "archive", default: [], doc: "Files and directories that every run directory keeps a copy of."
    ) { reader in
      reader.list("a list of paths") { $0.path() }?.map(\.value)
    }
    logs = ClusterConfig.Logs(section.section("logs", doc: "What a run directory keeps of the output of each process."))
    runs = ClusterConfig.Runs(section.section("runs", doc: "Which directories of earlier runs of this name stay."))
    record = section.read(
      "record", absent: "nothing is recorded",
      doc: "What a run records of itself, from its first step on: a mapping, or in short true for all of it."
    ) { RecordSpec($0) }
    hosts = section.read(
      "hosts", absent: "all runs on this machine",
      doc:
        "The hosts that controllers are shared out to: a list of names, slurm for those of the allocation, or a mapping."
    ) { HostsSpec($0) }
    section.finish()
  }
}

extension TimingSpec {
  init(_ section: Section) {
    var section = section
    simulationDt = section.located(
      "simulation_dt", default: 0.002, doc: "Time that one step of the simulator takes forward.", unit: "s"
    ) { $0.number(.positive) }
    clusterDt = section.located(
      "cluster_dt", default: 0.02, doc: "Time between two solves: a whole multiple of simulation_dt.", unit: "s"
    ) { $0.number(.positive) }
    section.finish()
  }
}

extension HorizonSpec {
  init(_ section: Section) {
    var section = section
    nodes =
      section.located("nodes", default: 31, doc: "Nodes of the horizon, the current state included.", unit: "nodes") {
        $0.integer(2...Int.max)
      }
    dt = section.located("dt", default: 0.04, doc: "Time between two nodes.", unit: "s") { $0.number(.positive) }
    section.finish()
  }
}

extension ControllersSpec {
  /// Slots are numbered by 32-bit words; this many fit with ease, and no machine holds more.
  static let maximumCount = 1 << 20

  /// - Parameter robotJoints: `nil` when they could not be read.
  init(_ section: Section, robotJoints: [String]?) {
    var section = section
    count =
      section.required(
        "count", "say how many controllers the cluster has", doc: "How many controllers the cluster has.",
        unit: "controllers"
      ) {
        $0.integer(1...Self.maximumCount)
      }?.value
    perProcess = section.read(
      "per_process", default: 1, doc: "Controllers that one process hosts.", unit: "controllers"
    ) {
      $0.integer(1...Int.max)
    }
    // What a program of the user's takes is not ours to judge, even when its name is misspelled.
    var readProgram: ClusterConfig.Program? = .builtIn("reference")
    program = section.read(
      "program", default: .builtIn("reference"), doc: "What runs: the built-in reference, or a command of your own."
    ) {
      let program = $0.program(["reference"])
      readProgram = program
      return program
    }
    threads = section.read(
      "threads", default: 1, doc: "Threads of each process: OMP_, OPENBLAS_ and MKL_NUM_THREADS, unless you set them.",
      unit: "threads"
    ) { $0.integer(1...4096) }
    placement = ClusterConfig.Placement(section.section("placement", doc: "Which cores processes run on."))
    scheduling = SchedulingSpec(section.section("scheduling", doc: "How the kernel schedules the processes."))
    restart = ClusterConfig.Restart(section.section("restart", doc: "What happens when a process of controllers ends."))
    liveness = ClusterConfig.Liveness(
      section.section("liveness", doc: "What happens when a process of controllers answers nothing."))
    after = section.after("Who must be ready before they start: processes by name.")
    joints = section.read(
      "joints", absent: "all of the robot's",
      doc: "The robot's joints that controllers see, in their own order; all of them by default."
    ) { $0.fullList("a list of joints") { $0.nonEmptyString() } }
    parameters = section.read(
      "parameters", default: .mapping([]), doc: "Your own values, handed to every controller as JSON."
    ) { $0.parameters(of: readProgram, joints: robotJoints) }
    activate = section.read(
      "activate", default: true,
      doc: "Whether registered controllers take part at once; false: they idle until activated."
    ) { $0.bool() }
    onFailure = section.read(
      "on_failure", default: .hold,
      doc: """
        What the rows of a failed or dead controller hold. hold: what it wrote last; homing: their initial values; stop: \
        positions stay where last commanded, and everything else is initial.
        """
    ) { $0.choice() }
    startupTimeout = section.read(
      "startup_timeout", default: 180, doc: "Time that controllers have to build and register, with a unit."
    ) { $0.duration(.positive) }
    solveTimeout = section.read(
      "solve_timeout", default: 60,
      doc: "Time that a step waits for controllers, with a unit; those that take longer are late."
    ) { $0.duration(.positive) }
    section.finish()
  }
}

extension SchedulingSpec {
  init(_ section: Section) {
    var section = section
    policy = section.located(
      "policy", default: .other,
      doc: "The kernel's policy: fifo and rr are real-time, need a priority, and lock the processes' memory."
    ) { $0.choice() }
    priority = section.located(
      "priority", default: 0, doc: "Real-time priority, 1 to 99 with fifo or rr; 0 with other and batch.",
      unit: "1"
    ) { $0.integer(0...99) }
    nice = section.read(
      "nice", default: 0, doc: "Niceness: below 0 is more urgent than the rest of the system.", unit: "1"
    ) {
      $0.integer(-20...19)
    }
    section.finish()
  }
}

extension ClusterConfig.Restart {
  /// - Parameters:
  ///   - policy: the default.
  ///   - overLimit: what the limit means.
  init(
    _ section: Section, policy defaultPolicy: Policy = .onFailure,
    overLimit: String = "Restarts within window after which the run ends."
  ) {
    var section = section
    policy = section.read(
      "policy", default: defaultPolicy, doc: "Whether a process that ended is started again."
    ) { $0.choice() }
    limit = section.read(
      "limit", default: 5, doc: overLimit, unit: "restarts"
    ) { $0.integer(0...Int.max) }
    window = section.read("window", default: 60, doc: "Time that limit counts restarts in, with a unit.") {
      $0.duration(.positive)
    }
    backoff = section.read(
      "backoff", default: 0.1, doc: "Time to wait before a restart, with a unit."
    ) { $0.duration(.notNegative) }
    section.finish()
  }
}
