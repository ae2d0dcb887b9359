import BuiltInPrograms
@testable import ClusterConfig
import ClusterPlan
import Testing

@Suite("The topology")
struct TopologyTests {
  @Test("ten controllers, four a process: the last worker has what is left")
  func workers() {
    let topology = Topology(.hopper(controllers: 10, perProcess: 4))
    #expect(
      topology.processes.map(\.name)
        == ["server", "controllers-0-3", "controllers-4-7", "controllers-8-9", "simulator"])
    #expect(topology.processes.map(\.slots) == [0..<0, 0..<4, 4..<8, 8..<10, 0..<0])
    #expect(topology.processes.map(\.role) == [.server, .controller, .controller, .controller, .simulator])
    #expect(
      topology.processes.map(\.dependencies) == [[], [.server], [.server], [.server], [.controllers]])
  }

  @Test("a worker of one controller is named after it")
  func single() {
    #expect(Topology(.hopper(controllers: 2)).workers.map(\.name) == ["controller-0", "controller-1"])
    #expect(
      Topology(.hopper(controllers: 9, perProcess: 8)).workers.map(\.name) == ["controllers-0-7", "controller-8"])
  }

  @Test("the recorder is there before the simulator is, and nobody else waits for it")
  func recorder() {
    var config = ClusterConfig.hopper(controllers: 2)
    config.record = .init(buffers: [], rate: .every(1), robots: .all, output: "run.mcap", placement: .init())
    let topology = Topology(config)
    #expect(topology.processes.map(\.name) == ["server", "controller-0", "controller-1", "recorder", "simulator"])
    #expect(topology.processes.map(\.dependencies).suffix(2) == [[.server], [.controllers, .extra("recorder")]])
    #expect(topology.processes[3].extra?.required == false && topology.processes[3].extra?.ready == .registered)
    config.simulator.program = .external
    #expect(Topology(config).beforeSimulator == [.controllers, .extra("recorder")])
  }

  @Test("every slot is hosted exactly once", arguments: 1...20, [1, 2, 3, 7, 20, 21, Int.max])
  func cover(count: Int, perProcess: Int) {
    let topology = Topology(.hopper(controllers: count, perProcess: perProcess))
    #expect(topology.workers.flatMap(\.slots) == Array(0..<count))
    #expect(topology.workers.allSatisfy { $0.slots.count <= perProcess && !$0.slots.isEmpty })
    #expect(Set(topology.processes.map(\.name)).count == topology.processes.count)
  }

  @Test("the config's own processes stand before whoever waits for them, and wait for the memory themselves")
  func extras() {
    var config = ClusterConfig.hopper(controllers: 2)
    config.processes = [
      .make("viewer", after: ["simulator"]), .make("policy", after: ["loader", "server"]),
      .make("loader", ready: .exited),
    ]
    config.controllers.after = ["loader"]
    config.simulator.after = ["policy", "controllers"]
    let topology = Topology(config)
    #expect(
      topology.processes.map(\.name)
        == ["server", "loader", "policy", "controller-0", "controller-1", "simulator", "viewer"])
    #expect(
      topology.processes.map(\.dependencies) == [
        [], [.server], [.server, .extra("loader")], [.server, .extra("loader")], [.server, .extra("loader")],
        [.controllers, .extra("policy")], [.server, .simulator],
      ])
    config.simulator.program = .external
    #expect(Topology(config).processes.map(\.name).suffix(2) == ["controller-1", "viewer"])
    #expect(Topology(config).beforeSimulator == [.controllers, .extra("policy")])
  }

  @Test("the longest way of deadlines is the start's")
  func startup() throws {
    func timeout(_ processes: ClusterConfig.ExtraProcess..., controllers: [String] = [], simulator: [String] = [])
      throws
      -> Double
    {
      var config = ClusterConfig.hopper()
      (config.processes, config.controllers.after, config.simulator.after) = (processes, controllers, simulator)
      return try ClusterPlan(config, configText: "").startupTimeout
    }
    let loader = ClusterConfig.ExtraProcess.make("loader", ready: .exited)
    let policy = ClusterConfig.ExtraProcess.make("policy", after: ["loader"], ready: .registered)
    #expect(try timeout() == 180)
    #expect(try timeout(loader, policy) == 180, "nobody waits for them")
    #expect(try timeout(loader, policy, controllers: ["loader"]) == 210)
    #expect(try timeout(policy, loader, controllers: ["loader"], simulator: ["policy"]) == 210)
    #expect(try timeout(policy, loader, controllers: ["policy"]) == 240)
    #expect(try timeout(.make("logger"), controllers: ["logger"]) == 180, "it is ready at once")
  }

  @Test("an external simulator is no process of the launcher's")
  func external() {
    let topology = Topology(.hopper(simulator: .external))
    #expect(!topology.processes.contains { $0.role == .simulator })
  }

  @Test("workers are told how many threads to use, unless their own environment says so")
  func threads() {
    func limits(_ program: ClusterConfig.Program) -> [String] {
      Topology(.hopper(program: program)).workers[0].environment.map { "\($0.name)=\($0.value)" }
    }
    #expect(limits(.builtIn("reference")) == ["OMP_NUM_THREADS=2", "OPENBLAS_NUM_THREADS=2", "MKL_NUM_THREADS=2"])
    let own = ClusterConfig.EnvironmentVariable(name: "OPENBLAS_NUM_THREADS", value: "8")
    let program = ClusterConfig.Program.command(arguments: ["./mpc"], environment: [own], directory: nil)
    #expect(limits(program) == ["OMP_NUM_THREADS=2", "MKL_NUM_THREADS=2"])
    #expect(Topology(.hopper(program: program)).workers[0].program == program)
    let others = Topology(.hopper()).processes.filter { $0.role != .controller }
    #expect(others.allSatisfy { $0.environment.isEmpty && $0.placement == nil && $0.scheduling == nil })
  }
}

@Suite("Placement on a machine")
struct HerePlacementTests {
  private let machine = HerePlacement.Machine(cores: [0, 1, 4], isolated: [6, 7])

  private func cores(
    _ policy: ClusterConfig.Placement.Policy, _ cores: ClusterConfig.Placement.Cores, workers: Int
  ) throws(PlacementError) -> [[Int]] {
    let config = ClusterConfig.hopper(controllers: workers, placement: .init(cores: cores, policy: policy))
    return try HerePlacement(Topology(config), on: machine).cores
  }

  @Test("processes of the config's own get their cores behind all others, each as it asks, wherever they stand")
  func extras() throws {
    var config = ClusterConfig.hopper(controllers: 2, placement: .init(cores: .all, policy: .pin))
    config.processes = [.make("loader"), .make("viewer", after: ["simulator"])]
    config.controllers.after = ["loader"]
    config.processes[0].placement = .init(cores: .all, policy: .pin)
    config.processes[1].placement = .init(cores: .isolated, policy: .spread)
    let topology = Topology(config)
    let cores = try HerePlacement(topology, on: machine).cores
    #expect(
      zip(topology.processes.map(\.name), cores).map { "\($0): \($1)" } == [
        "server: []", "loader: [4]", "controller-0: [0]", "controller-1: [1]", "simulator: []", "viewer: [6, 7]",
      ])
    config.processes[1].placement = .init(cores: .all, policy: .pin)
    #expect(throws: PlacementError.notEnough(workers: 1, cores: 0)) {
      try HerePlacement(Topology(config), on: machine)
    }
  }

  @Test("spread leaves the asked-for cores to the kernel; server and simulator stay free")
  func spread() throws {
    #expect(try cores(.spread, .all, workers: 2) == [[], [], [], []])
    #expect(try cores(.spread, .isolated, workers: 3) == [[], [6, 7], [6, 7], [6, 7], []])
    #expect(try cores(.spread, .list([4, 7]), workers: 1) == [[], [4, 7], []])
  }

  @Test("pin gives each worker a core of its own, or says that there are too few")
  func pin() throws {
    #expect(try cores(.pin, .all, workers: 3) == [[], [0], [1], [4], []])
    #expect(throws: PlacementError.notEnough(workers: 4, cores: 3)) { try cores(.pin, .all, workers: 4) }
  }

  @Test("server and simulator are placed and scheduled as asked, and no two pinned processes share a core")
  func others() throws {
    var config = ClusterConfig.hopper(controllers: 2, placement: .init(cores: .all, policy: .pin))
    config.server.placement = .init(cores: .list([4]), policy: .pin)
    config.server.scheduling = .init(nice: -5)
    config.simulator.placement = .init(cores: .list([6, 7]))
    config.simulator.scheduling = .init(policy: .fifo, priority: 3)
    let topology = Topology(config)
    #expect(try HerePlacement(topology, on: machine).cores == [[4], [0], [1], [6, 7]])
    #expect(topology.processes[0].scheduling == .init(nice: -5) && topology.processes[0].environment.isEmpty)
    #expect(topology.processes[3].scheduling == .init(policy: .fifo, priority: 3))
    #expect(topology.processes[3].environment == [.init(name: "CCLUSTER_LOCK_MEMORY", value: "1")])
    config.simulator.placement = .init(cores: .list([1]), policy: .pin)
    #expect(throws: PlacementError.notEnough(workers: 1, cores: 0)) {
      try HerePlacement(Topology(config), on: machine)
    }
    config.simulator.program = .external
    #expect(try HerePlacement(Topology(config), on: machine).cores == [[4], [0], [1]])
  }

  @Test("none binds nothing, whatever cores are named")
  func none() throws {
    #expect(try cores(.none, .list([99]), workers: 2) == [[], [], [], []])
  }

  @Test("cores that are not here are named")
  func missing() throws {
    #expect(throws: PlacementError.missing([2, 9])) { try cores(.spread, .list([0, 2, 9]), workers: 1) }
    #expect(throws: PlacementError.none("isolated")) {
      let config = ClusterConfig.hopper(placement: .init(cores: .isolated, policy: .pin))
      return try HerePlacement(Topology(config), on: .init(cores: [0]))
    }
    #expect(throws: PlacementError.none("usable")) {
      try HerePlacement(Topology(.hopper()), on: .init(cores: []))
    }
  }
}
