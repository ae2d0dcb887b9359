import Glibc
import Testing

@testable import ClusterLaunch

@Suite("Machines read from their files")
struct MachineReadingTests {
  private static let workstation = [
    "/proc/self/status":
      "Name:\tx\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000804000\nCpus_allowed_list:\t0-2,5\n",
    "/proc/self/limits": """
    Limit                     Soft Limit           Hard Limit           Units
    Max processes             4096                 unlimited            processes
    Max open files            1024                 524288               files
    Max locked memory         8388608              8388608              bytes
    Max nice priority         0                    0
    Max realtime priority     0                    95

    """,
    "/proc/meminfo": "MemTotal:       32000 kB\nMemFree:  1 kB\nMemAvailable:   16000 kB\n",
    "/proc/10/status": "Uid:\t1000\t0\t0\t0\nThreads:\t3\n", "/proc/11/status": "Uid:\t1000\t0\t0\t0\nThreads:\t4\n",
    "/proc/12/status": "Uid:\t10001\t0\t0\t0\nThreads:\t50\n",
    "/proc/stat": "cpu  10 10 10 50 10 5 0 5 0 0\ncpu0 1 1 1 1 1 1 1 1\n",
    "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu vme hypervisor avx2\n",
    "/proc/sys/kernel/osrelease": "6.1.0-28-amd64\n", "/proc/sys/kernel/sched_rt_runtime_us": "950000\n",
    "/sys/kernel/realtime": "1\n", "/sys/devices/system/cpu/online": "0-7\n",
    "/sys/devices/system/cpu/isolated": "6-7\n",
    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
    "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
    "/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor": "powersave\n",
    "/sys/devices/system/cpu/cpu3/cpufreq/scaling_governor": "ondemand\n",
    "/sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
    "/sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm \n",
    "/sys/class/dmi/id/product_name": "Standard PC (Q35)\n",
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n",
    "/var/lib/systemd/linger/ada": "",
  ]

  @Test("limits, cores, governors, clock, hypervisor and the user's threads") func workstation() {
    let facts = MadeUpMachine(Self.workstation).facts(
      environment: ["OMP_NUM_THREADS": "4", "SLURM_JOB_ID": "17", "HOME": "/home/ada"],
      sharedMemory: .init(total: 5, free: 4))
    #expect(facts.uid == 1000 && facts.lingers)
    #expect(facts.has(.ipcLock) && facts.has(.sysNice) && !facts.has(.sysAdmin) && !facts.has(.sysResource))
    #expect(facts.isHeldToProcessLimit)
    #expect(facts.processes == .init(soft: 4096, hard: nil))
    #expect(facts.descriptors == .init(soft: 1024, hard: 524_288))
    #expect(facts.lockedMemory == .init(8 << 20))
    #expect(facts.realTimePriority == .init(soft: 0, hard: 95))
    #expect(facts.memory == .init(total: 32_000 << 10, free: 16_000 << 10))
    #expect(facts.sharedMemory == .init(total: 5, free: 4))
    #expect(facts.userTasks == 7, "of a user whose number is the beginning of another's")
    #expect(facts.usableCores == [0, 1, 2, 5] && facts.onlineCores == Array(0..<8) && facts.isolatedCores == [6, 7])
    #expect(facts.governors == ["powersave": [0, 2], "performance": [1]], "of usable cores that have one")
    #expect(facts.kernel == "6.1.0-28-amd64" && facts.isRealTimeKernel && facts.realTimeRuntime == 950_000)
    #expect(facts.clockSource == "hpet" && facts.clockSources == ["tsc", "hpet", "acpi_pm"])
    #expect(facts.virtualisation == .init(name: "Standard PC (Q35)", stolen: 0.05))
    #expect(facts.threadVariables == ["OMP_NUM_THREADS": "4"] && facts.slurmJob == "17" && facts.container == nil)
    #expect(facts.removesIPC == nil, "there is no logind")
    #expect(facts.cgroup == CgroupFacts() && facts.staleObjects == [])
    #expect(facts.missingPrograms == ["ccluster-server", "ccluster-controller", "ccluster-simulator"])
  }

  @Test("a machine without any file is one, and this machine too") func bare() {
    let facts = MadeUpMachine([:]).facts()
    #expect(facts.memory == nil && facts.governors == [:] && facts.virtualisation == nil && facts.clockSource == nil)
    _ = Examination(facts).findings
    let mine = MachineFacts.current(programs: "/nowhere")
    #expect(mine.uid == Int(getuid()) && !mine.usableCores.isEmpty && mine.userTasks > 0 && !mine.kernel.isEmpty)
    #expect(mine.sharedMemory.map { $0.total >= $0.free } == true && mine.memory.map { $0.total > $0.free } == true)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #expect(mine.descriptors.soft == Int(limit.rlim_cur))
  }

  // MARK: Control groups

  private static let version2 = [
    "/proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
    "/proc/self/cgroup": "0::/user.slice/user-1000.slice/session-3.scope\n",
    "/sys/fs/cgroup/user.slice/memory.max": "max\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/memory.max": "1000000\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/memory.current": "700000\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/memory.stat": "anon 5\ninactive_file 100000\nactive_file 7\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/memory.max": "900000\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/memory.current": "100000\n",
    "/sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/cpu.max": "max 100000\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/cpu.max": "400000 100000\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/pids.max": "4915\n",
    "/sys/fs/cgroup/user.slice/user-1000.slice/pids.current": "215\n",
  ]

  @Test("version 2: the tightest of all groups from the own one to the root, without what can be reclaimed")
  func version2() {
    let cgroup = MadeUpMachine(Self.version2).facts().cgroup
    #expect(cgroup.memory == .init(limit: 1_000_000, used: 600_000, group: "/user.slice/user-1000.slice"))
    #expect(cgroup.processorTime == .init(cores: 1.5, period: 0.1, group: "/user.slice"))
    #expect(cgroup.tasks == .init(limit: 4915, used: 215, group: "/user.slice/user-1000.slice"))
  }

  @Test("version 1, and version 2 for what it has not: each controller where it is mounted")
  func version1() {
    let cgroup = MadeUpMachine([
      "/proc/self/mountinfo": """
      31 30 0:27 / /cg/unified rw shared:10 - cgroup2 cgroup2 rw
      32 30 0:28 / /cg/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct
      33 30 0:29 /docker/abc /cg/memory ro - cgroup cgroup rw,memory

      """,
      "/proc/self/cgroup": "5:cpu,cpuacct:/jobs\n4:memory:/docker/abc/inner\n0::/jobs\n",
      "/cg/cpu,cpuacct/jobs/cpu.cfs_quota_us": "50000\n", "/cg/cpu,cpuacct/jobs/cpu.cfs_period_us": "100000\n",
      "/cg/cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "/cg/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "/cg/memory/inner/memory.limit_in_bytes": "9223372036854771712\n",
      "/cg/memory/memory.limit_in_bytes": "5000\n", "/cg/memory/memory.usage_in_bytes": "3000\n",
      "/cg/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 1000\n",
      "/cg/unified/jobs/pids.max": "max\n", "/cg/unified/pids.max": "9\n", "/cg/unified/pids.current": "4\n",
    ]).facts().cgroup
    #expect(cgroup.memory == .init(limit: 5000, used: 2000, group: "/"))
    #expect(cgroup.processorTime == .init(cores: 0.5, period: 0.1, group: "/jobs"))
    #expect(cgroup.tasks == .init(limit: 9, used: 4, group: "/"))
  }

  @Test("a namespace that leads out of the mount is read at the mount") func namespace() {
    let cgroup = MadeUpMachine([
      "/proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
      "/proc/self/cgroup": "0::/../other\n", "/sys/fs/cgroup/pids.max": "64\n",
    ]).facts().cgroup
    #expect(cgroup.tasks == .init(limit: 64, used: 0, group: "/"))
  }

  // MARK: logind

  private func removesIPC(_ files: [String: String]) -> Bool? {
    let logind = ["/run/systemd/system/x": "", "/usr/lib/systemd/systemd-logind": ""]
    return MadeUpMachine(logind.merging(files) { $1 }).facts().removesIPC
  }

  @Test("RemoveIPC: yes unless a file says no; drop-ins by name, those of /etc first") func logind() {
    let main = "/etc/systemd/logind.conf"
    #expect(removesIPC([:]) == true)
    #expect(removesIPC([main: "[Login]\n#RemoveIPC=no\n"]) == true)
    #expect(removesIPC([main: "[Login]\nKillUserProcesses=yes\nRemoveIPC = no\n"]) == false)
    #expect(removesIPC([main: "[Other]\nRemoveIPC=no\n"]) == true)
    #expect(removesIPC([main: "[Login]\nRemoveIPC=no\n", "\(main).d/50-x.conf": "[Login]\nRemoveIPC=on\n"]) == true)
    #expect(
      removesIPC([
        "\(main).d/10-a.conf": "[Login]\nRemoveIPC=yes\n",
        "/usr/lib/systemd/logind.conf.d/20-b.conf": "[Login]\nRemoveIPC=0\n",
      ]) == false)
    #expect(
      removesIPC([
        "\(main).d/20-b.conf": "[Login]\n", "/usr/lib/systemd/logind.conf.d/20-b.conf": "[Login]\nRemoveIPC=0\n",
      ]) == true, "a file of /etc hides those of its name")
    #expect(removesIPC(["\(main).d/readme": "[Login]\nRemoveIPC=no\n"]) == true)
  }

  // MARK: Memory that is left

  @Test("objects of this user that nobody has locked are stale, unless they have just been made") func stale() throws {
    let machine = MadeUpMachine([
      "/proc/self/status": "Uid:\t1000\t0\t0\t0\n", "/dev/shm/ccluster.1000.old": String(repeating: "x", count: 5000),
      "/dev/shm/ccluster.1000.live": "x", "/dev/shm/ccluster.1000.new": "x", "/dev/shm/ccluster.10001.other": "x",
      "/dev/shm/else": "x",
    ])
    var old = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
    for name in ["ccluster.1000.old", "ccluster.1000.live", "ccluster.10001.other", "else"] {
      utimensat(AT_FDCWD, "\(machine.root)/dev/shm/\(name)", &old, 0)
    }
    let live = open("\(machine.root)/dev/shm/ccluster.1000.live", O_RDWR)
    defer { close(live) }
    try #require(flock(live, LOCK_EX | LOCK_NB) == 0)
    let found = machine.facts().staleObjects
    #expect(found.map(\.name) == ["ccluster.1000.old"])
    #expect(found.first.map { (5000...16_384).contains($0.bytes) } == true)
  }

  @Test("where a run is: in a container, under Slurm, beside its programs") func whereabouts() {
    #expect(MadeUpMachine(["/.dockerenv": ""]).facts().container == "docker")
    #expect(MadeUpMachine(["/run/.containerenv": ""]).facts().container == "podman")
    #expect(MadeUpMachine([:]).facts(environment: ["container": "lxc"]).container == "lxc")
  }
}
