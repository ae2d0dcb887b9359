import ClusterConfig
import Testing

/// What a machine is too small for.
@Suite struct MachineTests {
  private func warnings(
    _ overrides: [String], cores: Int = 8, memory: Int? = 1 << 20, bytes: Int = 1, programs: Set<String> = [],
    startsSimulator: Bool = true
  ) throws -> [String] {
    let resolved = try Good.load(Good.smallest, overrides: overrides)
    let machine = Machine(cores: cores, sharedMemory: memory, hasProgram: programs.contains)
    return resolved.warnings(on: machine, bytes: bytes, startsSimulator: startsSimulator).map {
      "\($0.severity) \($0.id.rawValue): \($0.message)"
    }
  }

  @Test("memory that /dev/shm does not have is told with both numbers") func memory() throws {
    #expect(try warnings([], bytes: 1 << 20) == [])
    #expect(
      try warnings([], bytes: 3 << 20)
        == ["warning machine-memory: the cluster takes 3 MiB of shared memory, and /dev/shm has 1 MiB free"])
    #expect(try warnings([], memory: nil, bytes: .max) == [])
  }

  @Test("more solver threads, or more real-time processes, than cores are told with the numbers") func cores() throws {
    let many = ["controllers.count=9", "controllers.per_process=2", "controllers.threads=2"]
    #expect(try warnings(many, cores: 10) == [])
    #expect(
      try warnings(many, cores: 9)
        == ["warning machine-cores: 5 controller processes × 2 threads are 10, and there are 9 cores"])
    #expect(try warnings(["controllers.count=9"], cores: 2) == [], "controllers of one thread take turns")
    let realTime = ["controllers.count=9", "controllers.scheduling={policy: fifo, priority: 1}"]
    #expect(try warnings(realTime, cores: 8).count == 1)
  }

  @Test("a process that this machine has no program, no core or no priority for is told at its own place")
  func processes() throws {
    let own = [
      "processes.logger={command: [log], placement: {cores: [9]}}",
      "processes.policy={command: [serve], scheduling: {nice: -5}}",
    ]
    let machine = Machine(
      usable: [0, 1], sharedMemory: nil, permissions: .init(realTimePriority: 0, nice: 0, lockedMemory: nil)
    ) { $0 == "serve" }
    let found = try Good.load(Good.smallest, overrides: own).warnings(on: machine, bytes: 1)
    #expect(
      found.map { "\($0.location.file): \($0.message)" } == [
        "--set \(own[0]): there is no program 'log' in PATH",
        "--set \(own[0]): core 9 cannot be used on this machine",
        "--set \(own[1]): nice -5 is not permitted to this user: 0 is the most urgent",
      ])
  }

  private func denied(_ overrides: [String], _ machine: Machine, bytes: Int = 1) throws -> [String] {
    let resolved = try Good.load(Good.smallest, overrides: overrides)
    let found = resolved.denied(on: machine, bytes: bytes, severity: .error)
    #expect(
      resolved.warnings(on: machine, bytes: bytes).filter { found.map(\.message).contains($0.message) }.count
        == found.count)
    return found.map { "\($0.location.file): \($0.message) [\($0.id.rawValue)]; \($0.notes.map(\.message).joined())" }
  }

  private func machine(
    _ usable: [Int] = [0, 1, 2, 8], isolated: [Int] = [],
    permissions: Machine.Permissions = .init(realTimePriority: 10, nice: -2, lockedMemory: 1 << 20)
  ) -> Machine {
    Machine(usable: usable, isolated: isolated, sharedMemory: nil, permissions: permissions) { _ in true }
  }

  @Test("cores that are not here, or too few, are told at their place, with those that are")
  func placement() throws {
    #expect(try denied(["controllers.placement={cores: [0-2, 8]}"], machine()) == [])
    #expect(
      try denied(["controllers.placement.cores=[1, 3-4]"], machine()) == [
        "--set controllers.placement.cores=[1, 3-4]: cores 3, 4 cannot be used on this machine [machine-placement]; this "
          + "process may use cores 0-2, 8; taskset and the cgroup's cpuset say which"
      ])
    #expect(
      try denied(["simulator={placement: {cores: isolated}}"], machine([5])) == [
        "--set simulator={placement: {cores: isolated}}: this machine has no isolated cores [machine-placement]; the kernel "
          + "isolates cores that it is started with 'isolcpus=' for; 'cores: all' takes the others"
      ])
    #expect(try denied(["server={placement: {cores: isolated}}"], machine(isolated: [5])) == [])
    let pinned = ["controllers.count=6", "controllers.per_process=2", "controllers.placement.policy=pin"]
    #expect(try denied(pinned, machine([0, 1, 2])) == [])
    #expect(
      try denied(pinned, machine([0, 1])) == [
        "--set controllers.placement.policy=pin: placement policy 'pin' needs a core for each of 3 workers, but there are 2 "
          + "[machine-placement]; 'spread' shares cores, and more controllers per process are fewer processes"
      ])
  }

  @Test(
    "what the user's limits do not permit is told with the limit and the cure; whose simulator is external is nobody's")
  func permissions() throws {
    let asked = [
      "controllers.scheduling={policy: fifo, priority: 11}", "server.scheduling={nice: -3}",
      "simulator.scheduling={policy: rr, priority: 10}",
    ]
    let limits = "in /etc/security/limits.conf, which holds from the next login on, or launch as root"
    #expect(
      try denied(asked, machine(), bytes: 2 << 20) == [
        "--set server.scheduling={nice: -3}: nice -3 is not permitted to this user: -2 is the most urgent "
          + "[machine-scheduling]; permit it with 'USER - nice -3' \(limits)",
        "--set controllers.scheduling={policy: fifo, priority: 11}: the policy 'fifo' with priority 11 is not permitted to "
          + "this user: 10 is the highest [machine-scheduling]; permit it with 'USER - rtprio 11' \(limits)",
        "--set controllers.scheduling={policy: fifo, priority: 11}: the policy 'fifo' locks the memory of its processes, each "
          + "2 MiB of the cluster's and its own, and this user may lock 1 MiB [machine-scheduling]; permit it with "
          + "'USER - memlock unlimited' \(limits)",
        "--set simulator.scheduling={policy: rr, priority: 10}: the policy 'rr' locks the memory of its processes, each 2 MiB "
          + "of the cluster's and its own, and this user may lock 1 MiB [machine-scheduling]; permit it with "
          + "'USER - memlock unlimited' \(limits)",
      ])
    #expect(try denied(asked, machine(permissions: .all), bytes: 2 << 20) == [])
    let external = ["simulator={program: external, scheduling: {policy: rr, priority: 11}, placement: {cores: [99]}}"]
    #expect(try denied(external, machine()) == [])
  }

  @Test("a command whose program is not there is told, by its absolute path or as a name in PATH")
  func programs() throws {
    let command = ["controllers.program={command: [mpc, --fast]}", "simulator.command=/opt/simulate"]
    #expect(
      try warnings(command) == [
        "warning missing-program: there is no program 'mpc' in PATH",
        "warning missing-program: there is no executable '/opt/simulate' on this machine",
      ])
    #expect(try warnings(command, programs: ["mpc", "/opt/simulate"]) == [])
    #expect(try warnings(command, programs: ["mpc"], startsSimulator: false) == [], "nobody looks for it")
    #expect(try warnings(["simulator=external"]) == [], "built-in programs come with this one")
  }
}
