import Testing

@testable import ClusterConfig

@Suite("Hosts of a config")
struct HostsTests {
  typealias Host = ClusterConfig.Hosts.Host

  /// Loads the smallest config with 8 controllers from memory.
  static func load(
    _ text: String = "", hosts: String? = nil, overrides: [String] = [], files: [String: String] = [:],
    environment: [String: String] = [:]
  ) throws -> ResolvedConfig {
    var bytes = files.mapValues { Array($0.utf8) }
    bytes["/run/cluster.yaml"] = Array("name: demo\nrobot: {joints: [hip]}\ncontrollers: {count: 8}\n\(text)\n".utf8)
    return try ClusterConfig.load(
      paths: ["/run/cluster.yaml"], overrides: overrides, hosts: hosts,
      surroundings: ConfigSurroundings(files: bytes) { environment[$0] })
  }

  static func list(
    _ text: String = "", hosts: String? = nil, files: [String: String] = [:], environment: [String: String] = [:]
  ) throws -> [Host]? {
    try load(text, hosts: hosts, files: files, environment: environment).config.hosts?.list
  }

  static func problems(
    _ text: String = "", hosts: String? = nil, environment: [String: String] = [:]
  ) -> [Diagnostic] {
    do { return try load(text, hosts: hosts, environment: environment).warnings } catch let error as ConfigError {
      return error.diagnostics
    } catch { return [] }
  }

  @Test("a list has names, slots behind a colon, or mappings; alone or in the long form")
  func lists() throws {
    let expected = [Host(name: "a"), Host(name: "b", slots: 32), Host(name: "c", slots: 2, weight: 0.5)]
    let list = "[a, b:32, {name: c, slots: 2, weight: 0.5}]"
    #expect(try Self.list("hosts: \(list)") == expected)
    #expect(try Self.list("hosts: {list: \(list)}") == expected)
    let hosts = try #require(try Self.load("hosts: \(list)").config.hosts)
    #expect(hosts == .init(list: expected, lost: .end, timeout: 10, latestRate: 50, mpirun: []))
    #expect(try Self.load("hosts: null").config.hosts == nil)
    #expect(
      try Self.list("hosts: [{name: a, controllers: 0}, {name: b, controllers: 8}]")
        == [Host(name: "a", controllers: 0), Host(name: "b", controllers: 8)])
  }

  static let hostfile = """
    # the lab
    head                # one slot
    node7 slots=32 max_slots=64
    node8   cpus = 4\tmax-slots=4 // half of it

    twice
    twice
    10.0.0.9 slots=2
    """

  @Test("a hostfile is read as Open MPI reads it")
  func hostfile() throws {
    let expected = [
      Host(name: "head"), Host(name: "node7", slots: 32), Host(name: "node8", slots: 4), Host(name: "twice", slots: 2),
      Host(name: "10.0.0.9", slots: 2),
    ]
    for text in [Self.hostfile, Self.hostfile.replacing("\n", with: "\r\n")] {
      let resolved = try Self.load("hosts: {hostfile: lab/hosts.txt}", files: ["/run/lab/hosts.txt": text])
      #expect(resolved.config.hosts?.list == expected)
      #expect(resolved.files == ["/run/cluster.yaml", "/run/lab/hosts.txt"])
      #expect(resolved.yaml(withOrigins: true).contains("{name: node7, slots: 32, weight: 32}"))
    }
  }

  @Test("a Slurm allocation gives its nodes and their cores, the one that this runs on first")
  func slurm() throws {
    var environment = [
      "SLURM_JOB_NODELIST": "node[1-3,07-09],gpu1", "SLURM_JOB_CPUS_PER_NODE": "4(x3),2,8(x2),72",
      "SLURMD_NODENAME": "node1",
    ]
    let expected = [
      Host(name: "node1", slots: 4), Host(name: "node2", slots: 4), Host(name: "node3", slots: 4),
      Host(name: "node07", slots: 2), Host(name: "node08", slots: 8), Host(name: "node09", slots: 8),
      Host(name: "gpu1", slots: 72),
    ]
    #expect(try Self.list("hosts: slurm", environment: environment) == expected)
    #expect(try Self.list("hosts: {slurm: true, lost: continue}", environment: environment) == expected)
    #expect(try Self.list(hosts: "slurm", environment: environment) == expected)
    environment["SLURMD_NODENAME"] = "node08"
    #expect(
      try Self.list("hosts: slurm", environment: environment)?.map(\.name).prefix(3) == ["node08", "node1", "node2"])
    // The shell of an `salloc` is on none of them.
    environment["SLURMD_NODENAME"] = nil
    let outside = try Self.list("hosts: slurm", environment: environment)
    #expect(outside == [Host(name: "localhost", weight: 0)] + expected)
    let text = try Self.load("hosts: slurm", environment: environment).yaml(withOrigins: true)
    #expect(text.contains("# /run/cluster.yaml:4, $SLURM_JOB_NODELIST, $SLURM_JOB_CPUS_PER_NODE, $SLURMD_NODENAME\n"))
  }

  @Test(
    "node lists have any number of ranges, whose zeros are kept",
    arguments: [
      ("a", ["a"]), ("a,b", ["a", "b"]), ("n[3]", ["n3"]), ("n[08-11]", ["n08", "n09", "n10", "n11"]),
      ("r[1-2]n[1,3]-ib", ["r1n1-ib", "r1n3-ib", "r2n1-ib", "r2n3-ib"]),
      ("n[99-101]x,m", ["n99x", "n100x", "n101x", "m"]),
    ])
  func ranges(list: String, names: [String]) { #expect(SlurmAllocation.expand(list) == names) }

  @Test(
    "what is no list of nodes is none",
    arguments: [
      "", ",", "a,", "n[", "n]", "n[]", "n[1-]", "n[-1]", "n[2-1]", "n[1-2-3]", "n[a]", "n[1-999999999]",
      "n[1-9999][1-9999]", "n[99999999999999999999]",
    ])
  func noList(list: String) { #expect(SlurmAllocation.expand(list) == nil) }

  @Test("cores are counted with repetitions")
  func cores() {
    #expect(SlurmAllocation.counts("72(x2),36") == [72, 72, 36])
    for text in ["", "x", "0", "4(x0)", "4(x", "4x2", "4(x2),", "4(x99999999999)", "4(x-1)"] {
      #expect(SlurmAllocation.counts(text) == nil, "\(text)")
    }
  }

  @Test("an allocation that cannot be understood is told with its variable")
  func allocationProblems() throws {
    func problem(_ environment: [String: String]) throws -> Diagnostic {
      let problems = Self.problems("hosts: slurm", environment: environment)
      #expect(problems.count == 1)
      return try #require(problems.first)
    }
    let outside = try problem([:])
    #expect(outside.id == .slurmAllocation && outside.location.start == .init(line: 4, column: 8))
    #expect(outside.notes.contains { $0.message.contains("salloc") })
    #expect(try problem(["SLURM_JOB_NODELIST": "n[1-"]).message.hasPrefix("SLURM_JOB_NODELIST is no list of nodes"))
    #expect(
      try problem(["SLURM_JOB_NODELIST": "n[1-3]", "SLURM_JOB_CPUS_PER_NODE": "4(x2)"]).message
        == "SLURM_JOB_CPUS_PER_NODE has the cores of 2 nodes, and SLURM_JOB_NODELIST has 3")
  }

  @Test("--hosts takes the place of the config's hosts, and what else it says of them stays")
  func option() throws {
    for written in ["", "hosts: [x, y]", "hosts: slurm", "hosts: {hostfile: none.txt}", "hosts: {slurm: true}"] {
      #expect(
        try Self.list(written, hosts: "a,b:3,c") == [Host(name: "a"), Host(name: "b", slots: 3), Host(name: "c")])
      #expect(try Self.list(written, hosts: "localhost") == [Host(name: "localhost")])
    }
    let resolved = try Self.load("hosts: {list: [x, y], lost: continue, timeout: 3s}", hosts: "a,b")
    #expect(resolved.config.hosts == .init(list: [Host(name: "a"), Host(name: "b")], lost: .continue, timeout: 3))
    let text = resolved.yaml(withOrigins: true)
    #expect(text.contains("  list: [{name: a, slots: 1, weight: 1}, {name: b, slots: 1, weight: 1}]  # --hosts\n"))
    let directory = Path.currentDirectory
    #expect(
      try Self.list("hosts: {slurm: true}", hosts: "lab.txt", files: [directory + "/lab.txt": Self.hostfile])?.count
        == 5)
    #expect(try Self.list(hosts: "/etc/hosts.lab", files: ["/etc/hosts.lab": "a\nb"])?.map(\.name) == ["a", "b"])
    let refined = try Self.load("", hosts: "a,b", overrides: ["hosts.list[1]={name: c, slots: 7}", "hosts.timeout=5s"])
    #expect(refined.config.hosts?.list.last == Host(name: "c", slots: 7) && refined.config.hosts?.timeout == 5)
  }

  @Test(
    "what is wrong with --hosts is shown in its argument",
    arguments: [
      ("", "--hosts names no host", 1), ("a,,b", "a host is missing here", 2), ("a,", "a host is missing here", 2),
      ("a,b:x", "behind a host's ':' stand its slots, a whole number of at least 1, not 'x'", 3),
      ("a,b,a", "the host 'a' is listed twice", 5), ("a,-b", "'-b' is no host's name", 3),
      ("slurm", "the hosts are to be those of a Slurm allocation, and this runs in none", 1),
      ("node7", "the hostfile does not exist", 1), ("./none", "the hostfile does not exist", 1),
    ])
  func optionProblems(argument: String, message: String, column: Int) throws {
    let problem = try #require(Self.problems(hosts: argument).first)
    #expect(problem.message == message)
    #expect(problem.location.file == "--hosts \(argument)" && problem.location.isOverride)
    #expect(problem.location.start == .init(line: 1, column: column))
  }

  @Test("a locked list is not replaced by --hosts")
  func locked() {
    #expect(Self.problems("hosts: !final [a, b]", hosts: "c,d").map(\.id) == [.lockedValue])
  }

  @Test("more hosts than controllers are warned of once, and a host named wrongly is no shortage")
  func idle() throws {
    let many = (0..<20).map { "h\($0)" }.joined(separator: ", ")
    let warnings = Self.problems("hosts: [\(many)]").filter { $0.id == .idleHost }
    #expect(warnings.map(\.severity) == [.warning])
    #expect(
      warnings.first?.message
        == "8 controllers leave none for 'h8', 'h9', 'h10', 'h11' and 8 more hosts, which have no part in the run")
    #expect(Self.problems("hosts: [\(many), -x]").map(\.id) == [.nameSyntax])
    #expect(Self.problems("hosts: [{name: a, weight: 0}, b]").allSatisfy { $0.id == .noBuffers })
  }

  @Test("the resolved config holds a list, whatever said it, and is a config of equal meaning")
  func resolved() throws {
    let environment = ["SLURM_JOB_NODELIST": "n[1-2]", "SLURM_JOB_CPUS_PER_NODE": "4(x2)"]
    for hosts in [
      "[a, b:3]", "slurm", "{hostfile: hosts.txt, mpirun: [-v, \"a b\"]}",
      "{slurm: true, lost: continue, latest_rate: 0.5}",
      "[{name: a, controllers: 8}]", "[{name: \"10\", slots: 3}, \"7:2\"]",
    ] {
      let resolved = try Self.load(
        "hosts: \(hosts)", files: ["/run/hosts.txt": Self.hostfile], environment: environment)
      for withOrigins in [false, true] {
        let text = resolved.yaml(withOrigins: withOrigins)
        let again = try ClusterConfig.load(
          path: "/elsewhere.yaml", surroundings: .init(files: ["/elsewhere.yaml": Array(text.utf8)]) { _ in nil })
        #expect(again.config == resolved.config)
        #expect(again.yaml(withOrigins: false) == resolved.yaml(withOrigins: false))
      }
    }
  }

  @Test("the machine of the launch needs to be large enough for its own share only")
  func machine() throws {
    let machine = Machine(cores: 4, sharedMemory: 1 << 30) { _ in true }
    func warnings(_ hosts: String) throws -> [Diagnostic.ID] {
      try Self.load("hosts: \(hosts)", overrides: ["controllers.threads=2"]).warnings(on: machine, bytes: 1).map(\.id)
    }
    #expect(try warnings("null") == [.machineCores])
    #expect(try warnings("[a, b, c, d]") == [])
    #expect(try warnings("[{name: a, weight: 0}, b]") == [])
  }

  @Test("a replay is one machine's")
  func replay() throws {
    #expect(try Self.load("hosts: [a, b]").replaying(simulator: ["x"]).config.hosts == nil)
  }
}
