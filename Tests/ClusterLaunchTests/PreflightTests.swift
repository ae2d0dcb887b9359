import ClusterConfig
import Testing

@testable import ClusterLaunch

@Suite("What a config meets on a machine")
struct PreflightTests {
  private func demand(_ overrides: [String] = []) throws -> RunDemand { try RunDemand(Go2.plan(overrides)) }

  private func told(
    _ overrides: [String] = [], on change: (inout MachineFacts) -> Void
  ) throws -> [String] {
    let examination = Examination(MachineFacts.roomy.with(change), for: try demand(overrides))
    return examination.preflight.map { "\($0.severity) \($0.topic.rawValue): \($0.value); \($0.cure ?? "no cure")" }
  }

  @Test("a demand counts every process, and all that each of them holds")
  func demands() throws {
    let small = try demand(["controllers.count=10", "controllers.per_process=4", "controllers.threads=2"])
    // Three workers, server, simulator, launcher and keeper.
    #expect(small.processes == 7)
    #expect(small.threads == 3 * 2 + 5, "the server has two")
    #expect(small.busyThreads == 3 * 2 + 1)
    #expect(small.privateMemory == 5 << 20)
    #expect(small.descriptors == 5 * 4 + 32)
    #expect(small.sharedMemory > 4096)
    #expect(small.realTimePriority == 0 && small.nice == 0 && !small.isPaced && !small.usesIsolatedCores)
    let without = RunDemand(try Go2.plan(["controllers.count=1"]), name: "other", startsSimulator: false)
    #expect((without.processes, without.busyThreads) == (4, 1))
    #expect(without.object.hasSuffix(".other"))
    let timed = try demand([
      "controllers.scheduling={policy: fifo, priority: 20, nice: 0}", "server.scheduling={nice: -5}",
      "simulator.realtime=true", "controllers.placement.cores=isolated",
    ])
    #expect((timed.realTimePriority, timed.nice, timed.isPaced, timed.usesIsolatedCores) == (20, -5, true, true))
  }

  @Test("a machine that has enough says nothing, exactly enough included")
  func enough() throws {
    let demand = try demand()
    #expect(try told { _ in } == [])
    #expect(
      try told {
        $0.sharedMemory?.free = demand.sharedMemory
        $0.memory?.free = demand.sharedMemory + demand.privateMemory
        $0.descriptors = .init(demand.descriptors)
        $0.userTasks = 100_000 - demand.threads
        $0.cgroup.tasks = .init(limit: demand.threads + 7, used: 7, group: "/")
        $0.cgroup.memory = .init(limit: demand.sharedMemory + demand.privateMemory, used: 0, group: "/")
      } == [])
  }

  @Test("memory that is not there is told with what it takes; an object that is stale gives way to the run of its name")
  func memory() throws {
    let demand = try demand()
    let facts = MachineFacts.roomy.with {
      $0.sharedMemory?.free = 0
      $0.staleObjects = [.init(name: demand.object, bytes: demand.sharedMemory - 1)]
    }
    let examination = Examination(facts, for: demand)
    #expect(examination.sharedMemoryFree == demand.sharedMemory - 1)
    #expect(examination.preflight.map(\.topic) == [.sharedMemory])
    #expect(examination.preflight.map(\.cure) == ["sudo mount -o remount,size=17g /dev/shm"])
    #expect(
      Examination(facts.with { $0.staleObjects[0].bytes += 1 }, for: demand).findings.filter { $0.severity > .note }
        == [])
    #expect(
      try told { $0.memory?.free = 1 << 20 } == [
        "warning memory: 1.0 MiB available of 32.0 GiB; ps -e --sort=-rss -o pid,user,rss,comm | head"
      ])
    #expect(
      try told { $0.memory = .init(total: 1 << 12, free: 1 << 12) } == [
        "error memory: 4.0 KiB available of 4.0 KiB; no cure"
      ])
  }

  @Test("limits of control groups are told with what lifts them where the run is: systemd, a container, Slurm")
  func groups() throws {
    let group = "/user.slice/user-1000.slice/session-3.scope"
    let tight: (inout MachineFacts) -> Void = {
      $0.cgroup.memory = .init(limit: 1 << 30, used: (1 << 30) - 4096, group: group)
      $0.cgroup.tasks = .init(limit: 30, used: 29, group: group)
      $0.cgroup.processorTime = .init(cores: 2, period: 0.1, group: group)
    }
    func cures(_ change: (inout MachineFacts) -> Void) throws -> [String?] {
      let facts = MachineFacts.roomy.with(tight).with(change)
      return Examination(facts, for: try demand()).preflight.map(\.cure)
    }
    #expect(
      try told(on: tight) == [
        "warning cgroup-memory: 4.0 KiB free of 1.0 GiB; sudo systemctl set-property --runtime session-3.scope MemoryMax=2G",
        "error cgroup-processes: 29 running of 30; sudo systemctl set-property --runtime session-3.scope TasksMax=infinity",
        "warning cgroup-cores: 2.00 cores' worth of time; sudo systemctl set-property --runtime session-3.scope CPUQuota=",
      ])
    #expect(
      try cures { $0.container = "podman" } == [
        "podman run --memory=2g …", "podman run --pids-limit=-1 …", "podman run --cpuset-cpus=0-15 …",
      ])
    #expect(try cures { $0.slurmJob = "7" }.first == "sbatch --mem=2g …")
    #expect(
      try told { $0.cgroup.memory = .init(limit: 8192, used: 0, group: "/custom") } == [
        "error cgroup-memory: 8.0 KiB free of 8.0 KiB; no cure"
      ])
  }

  @Test("limits of the user are told with the shell's own command where the hard limit allows it")
  func limits() throws {
    let many = ["controllers.count=400"]
    #expect(
      try told(many) {
        $0.descriptors = .init(1024)
        $0.processes = .init(soft: 500, hard: 4096)
      } == [
        "error descriptors: 1,024; sudo prlimit --pid $$ --nofile=1640:1640",
        "error processes: 300 running of 500; ulimit -Su 705",
      ])
    #expect(
      try told(many) { $0.processes = .init(500) } == [
        "error processes: 300 running of 500; sudo prlimit --pid $$ --nproc=705:705"
      ])
    #expect(try told(many) { ($0.processes, $0.uid) = (.init(500), 0) } == [], "root is not held to it")
  }

  @Test("real time, pace and isolation are looked at when a config asks for them, and only then")
  func asked() throws {
    let realTime = ["controllers.scheduling={policy: fifo, priority: 20}"]
    #expect(
      try told(realTime) { $0.realTimePriority = .init(10) } == [
        "error real-time: priorities up to 10; sudo prlimit --pid $$ --rtprio=20:20"
      ])
    #expect(
      try told(realTime) { $0.realTimeRuntime = -1 } == [
        "warning real-time: priorities up to 99, without a bound; sudo sysctl kernel.sched_rt_runtime_us=950000"
      ])
    let slow: (inout MachineFacts) -> Void = { $0.governors = ["powersave": [0]] }
    #expect(try told(on: slow) == [])
    let governor = "warning governor: powersave on core 0; sudo cpupower frequency-set -g performance"
    #expect(try told(realTime, on: slow) == [governor])
    #expect(try told(["simulator.realtime=true"], on: slow) == [governor])
    let isolated = MachineFacts.roomy.with { $0.isolatedCores = [3] }
    func note(_ overrides: [String]) throws -> Finding.Severity? {
      Examination(isolated, for: try demand(overrides)).findings.first { $0.topic == .isolatedCores }?.severity
    }
    #expect(try note([]) == .note)
    #expect(try note(["controllers.placement.cores=isolated"]) == .ok)
  }

  @Test("memory that real-time processes may not lock is told by doctor; the config's own check tells the launch")
  func locked() throws {
    let demand = try demand(["controllers.scheduling={policy: rr, priority: 1}"])
    let examination = Examination(MachineFacts.roomy.with { $0.lockedMemory = .init(4096) }, for: demand)
    #expect(examination.findings.filter { $0.severity == .error }.map(\.topic) == [.lockedMemory])
    #expect(examination.preflight == [])
  }

  @Test("a program's own environment that contradicts 'threads' is told; the user's is overruled, and noted")
  func threads() throws {
    func program(_ environment: String) -> [String] {
      ["controllers.program={command: [/bin/true], environment: {\(environment)}}", "controllers.threads=2"]
    }
    #expect(
      try told(program("OMP_NUM_THREADS: '8'")) { _ in } == ["warning thread-variables: OMP_NUM_THREADS=8; no cure"])
    #expect(try told(program("OMP_NUM_THREADS: '2', OTHER: '8'")) { _ in } == [])
    let mine = MachineFacts.roomy.with { $0.threadVariables = ["OMP_NUM_THREADS": "8", "MKL_NUM_THREADS": "1"] }
    let found = Examination(mine, for: try demand()).findings.filter { $0.topic == .threadVariables }
    #expect(found.map(\.severity) == [.note] && found.map(\.value) == ["OMP_NUM_THREADS=8"])
  }

  @Test("what the config's checks have said stands in place of the same topic, at its place, and is not told twice")
  func diagnostics() throws {
    let resolved = try Go2.load(["controllers.placement={cores: [99]}", "simulator.program={command: [/no/such]}"])
    let machine = Machine(usable: [0, 1], sharedMemory: 0, permissions: .all) { _ in false }
    let diagnostics = resolved.warnings(on: machine, bytes: 4096, denied: .error)
    let examination = Examination(.roomy, for: try demand(), told: diagnostics)
    let errors = examination.findings.filter { $0.severity == .error }
    #expect(errors.map(\.topic) == [.sharedMemory, .cores, .programs])
    #expect(errors[1].place == "--set controllers.placement={cores: [99]}")
    #expect(errors[1].reason.hasPrefix("core 99 cannot be used on this machine; this process may use cores 0-1"))
    #expect(errors[1].value == "16")
    #expect(errors[0].place?.hasSuffix("/configs/robots/go2/cluster.yaml:9:22") == true || errors[0].place != nil)
    #expect(examination.preflight == [])
  }
}
