import Testing

@testable import ClusterLaunch

@Suite("What doctor says of machines")
struct ExaminationTests {
  /// A machine that differs in one thing, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var topic: Finding.Topic
    var severity: Finding.Severity
    var value: String
    var cure: String?
    var change: @Sendable (inout MachineFacts) -> Void

    init(
      _ topic: Finding.Topic, _ severity: Finding.Severity, _ value: String, cure: String? = nil,
      _ change: @escaping @Sendable (inout MachineFacts) -> Void
    ) {
      (self.topic, self.severity, self.value, self.cure, self.change) = (topic, severity, value, cure, change)
    }

    var testDescription: String { "\(topic.rawValue), \(value)" }
  }

  static let cases = [
    Case(.sharedMemory, .error, "no /dev/shm", cure: "sudo mount -t tmpfs -o mode=1777,size=50% tmpfs /dev/shm") {
      $0.sharedMemory = nil
    },
    Case(.sharedMemory, .error, "read-only", cure: "sudo mount -o remount,rw /dev/shm") {
      $0.sharedMemory?.isReadOnly = true
    },
    Case(.sharedMemory, .warning, "1.5 GiB free of 16.0 GiB", cure: "ls -lS /dev/shm") {
      $0.sharedMemory?.free = 3 << 29
    },
    Case(.sharedMemory, .note, "64.0 MiB free of 64.0 MiB", cure: "docker run --shm-size=1g …") {
      $0.sharedMemory = .init(total: 64 << 20, free: 64 << 20)
      $0.container = "docker"
    },
    Case(.cgroupMemory, .ok, "3.0 GiB free of 4.0 GiB") {
      $0.cgroup.memory = .init(limit: 4 << 30, used: 1 << 30, group: "/user.slice")
    },
    Case(
      .staleMemory, .warning, "2 objects, 3.0 MiB", cure: "ccluster clean a 'b c.d'"
    ) {
      $0.staleObjects = [
        .init(name: "ccluster.1000.a", bytes: 1 << 20), .init(name: "ccluster.1000.b c.d", bytes: 2 << 20),
      ]
    },
    Case(.removeIPC, .warning, "yes", cure: "sudo loginctl enable-linger 1000") { $0.removesIPC = true },
    Case(.removeIPC, .ok, "yes, but not of this user") {
      $0.removesIPC = true
      $0.lingers = true
    },
    Case(.removeIPC, .ok, "yes, but not of this user") {
      $0.removesIPC = true
      $0.uid = 999
    },
    Case(.descriptors, .ok, "1,024, raised to 524,288 by the launcher") { _ in },
    Case(.descriptors, .warning, "256", cure: "sudo prlimit --pid $$ --nofile=1024:1024") {
      $0.descriptors = .init(256)
    },
    Case(.descriptors, .ok, "no limit") { $0.descriptors = .init(nil) },
    Case(.processes, .ok, "300 running of 100,000") { _ in },
    Case(.processes, .ok, "no limit, 300 running") { $0.uid = 0 },
    Case(.processes, .ok, "no limit, 300 running") { $0.capabilities = 1 << 24 },
    Case(.cgroupProcesses, .ok, "20 running of 512") { $0.cgroup.tasks = .init(limit: 512, used: 20, group: "/a") },
    Case(.lockedMemory, .note, "8.0 MiB", cure: "sudo prlimit --pid $$ --memlock=unlimited:unlimited") {
      $0.lockedMemory = .init(8 << 20)
    },
    Case(.lockedMemory, .ok, "no limit") {
      $0.lockedMemory = .init(8 << 20)
      $0.capabilities = 1 << 14
    },
    Case(.realTime, .note, "not permitted", cure: "sudo prlimit --pid $$ --rtprio=99:99") {
      $0.realTimePriority = .init(0)
    },
    Case(.realTime, .ok, "priorities up to 99") {
      $0.realTimePriority = .init(0)
      $0.capabilities = 1 << 23
    },
    Case(.cores, .note, "3 usable of 16") { $0.usableCores = [0, 1, 5] },
    Case(.cores, .ok, "14 usable of 16") {
      $0.usableCores = Array(2..<16)
      $0.isolatedCores = [0, 1]
    },
    Case(.isolatedCores, .ok, "2-3,8") { $0.isolatedCores = [8, 2, 3] },
    Case(
      .cgroupCores, .warning, "2.50 cores' worth of time",
      cure: "sudo systemctl set-property --runtime user-1000.slice CPUQuota="
    ) { $0.cgroup.processorTime = .init(cores: 2.5, period: 0.1, group: "/user.slice/user-1000.slice") },
    Case(.cgroupCores, .ok, "16.0 cores' worth of time") {
      $0.cgroup.processorTime = .init(cores: 16, period: 0.1, group: "/")
    },
    Case(
      .governor, .warning, "performance on core 0, powersave on cores 1-3",
      cure: "sudo cpupower frequency-set -g performance"
    ) { $0.governors = ["powersave": [1, 2, 3], "performance": [0]] },
    Case(.threadVariables, .note, "MKL_NUM_THREADS=2 OMP_NUM_THREADS=8", cure: "unset MKL_NUM_THREADS OMP_NUM_THREADS")
    {
      $0.threadVariables = ["OMP_NUM_THREADS": "8", "MKL_NUM_THREADS": "2"]
    },
    Case(.threadVariables, .warning, "OMP_PROC_BIND=close", cure: "unset OMP_PROC_BIND") {
      $0.threadVariables = ["OMP_NUM_THREADS": "8", "OMP_PROC_BIND": "close"]
    },
    Case(.threadVariables, .ok, "none set") { $0.threadVariables = ["OMP_PROC_BIND": "FALSE"] },
    Case(.kernel, .error, "5.2.21") { $0.kernel = "5.2.21" },
    Case(.kernel, .ok, "5.10.0-rt, PREEMPT_RT") {
      $0.kernel = "5.10.0-rt"
      $0.isRealTimeKernel = true
    },
    Case(.kernel, .error, "4.18.0-553.el8") { $0.kernel = "4.18.0-553.el8" },
    Case(
      .clock, .warning, "hpet",
      cure: "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"
    ) { $0.clockSource = "hpet" },
    Case(.clock, .warning, "acpi_pm", cure: "sudo dmesg | grep -i tsc") {
      $0.clockSource = "acpi_pm"
      $0.clockSources = ["acpi_pm"]
    },
    Case(.virtualisation, .note, "KVM, 0.4 % of the cores' time stolen") {
      $0.virtualisation = .init(name: "KVM", stolen: 0.004)
    },
    Case(.virtualisation, .warning, "KVM, 2.0 % of the cores' time stolen") {
      $0.virtualisation = .init(name: "KVM", stolen: 0.02)
    },
    Case(.programs, .error, "without ccluster-server", cure: "make install") {
      $0.missingPrograms = ["ccluster-server"]
    },
  ]

  @Test(
    "one thing that is wrong is told with its value, its severity and its cure, and nothing else is", arguments: cases)
  func one(_ example: Case) {
    let findings = Examination(MachineFacts.roomy.with(example.change)).findings
    let own = findings.filter { $0.topic == example.topic }
    #expect(own.map(\.severity) == [example.severity])
    #expect(own.map(\.value) == [example.value])
    #expect(own.map(\.cure) == [example.cure])
    #expect(own.allSatisfy { $0.reason.isEmpty == ($0.severity == .ok) && !$0.isOfConfig })
    #expect(findings.filter { $0.topic != example.topic && $0.severity > .ok } == [])
  }

  @Test("each topic is told once, in its order; those that a machine has not are not")
  func order() {
    let all = Examination(.roomy).findings.map(\.topic)
    #expect(all == Finding.Topic.allCases)
    let bare = Examination(
      MachineFacts.roomy.with {
        $0.memory = nil
        $0.removesIPC = nil
        $0.governors = [:]
        $0.clockSource = nil
      }
    ).findings.map(\.topic)
    #expect(bare == Finding.Topic.allCases.filter { ![.memory, .removeIPC, .governor, .clock].contains($0) })
  }

  @Test("every topic has a machine on which it is not well, or one of a config's")
  func complete() {
    let shown = Set(Self.cases.filter { $0.severity > .ok }.map(\.topic))
    #expect(
      Set(Finding.Topic.allCases).subtracting(shown) == [
        .memory, .cgroupMemory, .processes, .cgroupProcesses, .isolatedCores,
      ])
  }
}
