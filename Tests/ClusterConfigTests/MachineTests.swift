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
