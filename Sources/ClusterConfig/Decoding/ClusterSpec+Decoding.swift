extension ClusterSpec {
  /// Reads everything, and reports everything that cannot be read.
  init(_ root: Node, place: Span, _ collector: DiagnosticCollector) {
    var section = Section(root, "", at: place, collector)
    self.place = place
    _ = section.entry("ccluster")
    name = section.required("name", "the cluster needs a name, which its shared memory is found by") { $0.string() }
    if section.has("robot") {
      robot = RobotSpec(section.section("robot"))
    } else {
      _ = section.entry("robot")
      section.reportMissing("robot", "describe it, or 'extends' a file that does")
    }
    timing = TimingSpec(section.section("timing"))
    horizon = HorizonSpec(section.section("horizon"))
    controllers = ControllersSpec(section.section("controllers"))
    simulator = section.read("simulator") { ClusterConfig.Simulator($0) } ?? .init(defaults: ())
    section.section("server").finish()
    dimensions = section.named("dimensions").map { name, value in
      DimensionSpec(name: name, extent: ExtentSpec(value))
    }
    buffers = section.named("buffers").map { name, value in
      BufferSpec(name, Section(value.node, value.label, at: name.span, collector))
    }
    archive = section.read("archive", default: []) { reader in
      reader.list("a list of paths") { $0.path() }?.map(\.value)
    }
    section.finish()
  }
}

extension TimingSpec {
  init(_ section: Section) {
    var section = section
    simulationDt = section.located("simulation_dt", default: 0.002) { $0.number(.positive) }
    clusterDt = section.located("cluster_dt", default: 0.02) { $0.number(.positive) }
    section.finish()
  }
}

extension HorizonSpec {
  init(_ section: Section) {
    var section = section
    nodes = section.located("nodes", default: 31) { $0.integer(2...Int.max) }
    dt = section.located("dt", default: 0.04) { $0.number(.positive) }
    section.finish()
  }
}

extension ControllersSpec {
  /// Slots are numbered by 32-bit words; this many fit with ease, and no machine holds more.
  private static let maximumCount = 1 << 20

  init(_ section: Section) {
    var section = section
    count =
      section.required("count", "say how many controllers the cluster has") {
        $0.integer(1...Self.maximumCount)
      }?.value
    perProcess = section.read("per_process", default: 1) { $0.integer(1...Int.max) }
    program = section.read("program", default: .builtIn("reference")) { $0.program(["reference"]) }
    threads = section.read("threads", default: 1) { $0.integer(1...4096) }
    placement = ClusterConfig.Placement(section.section("placement"))
    scheduling = SchedulingSpec(section.section("scheduling"))
    restart = ClusterConfig.Restart(section.section("restart"))
    joints = section.read("joints") { $0.fullList("a list of joints") { $0.nonEmptyString() } }
    parameters = section.read("parameters", default: .mapping([])) { $0.parameters() }
    activate = section.read("activate", default: true) { $0.bool() }
    onFailure = section.read("on_failure", default: .hold) { $0.choice() }
    startupTimeout = section.read("startup_timeout", default: 180) { $0.duration(.positive) }
    solveTimeout = section.read("solve_timeout", default: 60) { $0.duration(.positive) }
    section.finish()
  }
}

extension SchedulingSpec {
  init(_ section: Section) {
    var section = section
    policy = section.located("policy", default: .other) { $0.choice() }
    priority = section.located("priority", default: 0) { $0.integer(0...99) }
    nice = section.read("nice", default: 0) { $0.integer(-20...19) }
    section.finish()
  }
}

extension ClusterConfig.Restart {
  init(_ section: Section) {
    var section = section
    policy = section.read("policy", default: .onFailure) { $0.choice() }
    limit = section.read("limit", default: 5) { $0.integer(0...Int.max) }
    window = section.read("window", default: 60) { $0.duration(.positive) }
    backoff = section.read("backoff", default: 0.1) { $0.duration(.notNegative) }
    section.finish()
  }
}
