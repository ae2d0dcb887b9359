import ClusterPlan
import ControlCluster
import Glibc

extension MachineFacts {
  /// How many threads libraries start, and which cores they bind them to.
  static let threadVariables = [
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_PROC_BIND", "GOMP_CPU_AFFINITY", "KMP_AFFINITY",
  ]

  /// The machine that the files describe.
  /// - Parameters:
  ///   - environment: The value of a variable.
  ///   - sharedMemory: What /dev/shm has, which no file says.
  ///   - programs: The directory of our own.
  public init(
    reading files: MachineFiles, environment: (String) -> String?, sharedMemory: Space?, programs: String
  ) {
    let status = files.values("/proc/self/status")
    uid = status["Uid"].flatMap { $0.split(whereSeparator: \.isWhitespace).first }.flatMap { Int($0) } ?? 0
    capabilities = status["CapEff"].flatMap { UInt64($0, radix: 16) } ?? 0
    removesIPC = LoginManager.removesIPC(files)
    lingers = LoginManager.lingers(Self.userName(of: uid, files, environment), files)
    threadVariables = Dictionary(
      uniqueKeysWithValues: Self.threadVariables.compactMap { name in environment(name).map { (name, $0) } })
    slurmJob = environment("SLURM_JOB_ID")
    container = Self.container(files, environment)

    self.sharedMemory = sharedMemory
    memory = Self.memory(files)
    staleObjects = Self.staleObjects(of: uid, files)

    let limits = Self.limits(files)
    descriptors = limits["Max open files"] ?? Limit(nil)
    processes = limits["Max processes"] ?? Limit(nil)
    lockedMemory = limits["Max locked memory"] ?? Limit(nil)
    realTimePriority = limits["Max realtime priority"] ?? Limit(nil)
    userTasks = Self.tasks(of: uid, files)
    cgroup = CgroupFacts(reading: files)

    func cores(_ path: String) -> [Int] { HerePlacement.Machine.parse(list: files.text(path) ?? "") }
    onlineCores = cores("/sys/devices/system/cpu/online")
    usableCores = HerePlacement.Machine.parse(list: status["Cpus_allowed_list"] ?? "")
    isolatedCores = cores("/sys/devices/system/cpu/isolated")
    governors = Dictionary(
      grouping: usableCores.filter { files.exists("/sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_governor") }
    ) { files.text("/sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_governor") ?? "" }

    kernel = files.text("/proc/sys/kernel/osrelease") ?? ""
    isRealTimeKernel = files.number("/sys/kernel/realtime") == 1
    let clocks = "/sys/devices/system/clocksource/clocksource0"
    clockSource = files.text("\(clocks)/current_clocksource")
    clockSources = (files.text("\(clocks)/available_clocksource") ?? "").split(separator: " ").map(String.init)
    realTimeRuntime = files.number("/proc/sys/kernel/sched_rt_runtime_us")
    virtualisation = Self.virtualisation(files)
    missingPrograms = ["ccluster-server", "ccluster-controller", "ccluster-simulator"].filter {
      access("\(programs)/\($0)", X_OK) != 0
    }
  }

  private static func userName(of uid: Int, _ files: MachineFiles, _ environment: (String) -> String?) -> String {
    let entry = files.lines("/etc/passwd").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
      .first { $0.count > 2 && $0[2] == "\(uid)" }
    // Users of a directory service are in no file.
    return entry.map { String($0[0]) } ?? environment("USER") ?? "\(uid)"
  }

  private static func container(_ files: MachineFiles, _ environment: (String) -> String?) -> String? {
    if files.exists("/.dockerenv") { return "docker" }
    return files.exists("/run/.containerenv") ? "podman" : environment("container")
  }

  private static func memory(_ files: MachineFiles) -> Space? {
    let values = files.values("/proc/meminfo")
    func bytes(_ key: String) -> Int? { values[key]?.split(separator: " ").first.flatMap { Int($0) }.map { $0 << 10 } }
    guard let total = bytes("MemTotal"), let free = bytes("MemAvailable") else { return nil }
    return Space(total: total, free: free)
  }

  /// `Max open files            1024                 524288               files`
  private static func limits(_ files: MachineFiles) -> [String: Limit] {
    // The names hold spaces, and stand in a column of their own.
    let nameWidth = 26
    let lines = files.lines("/proc/self/limits").dropFirst().map { line in
      let name = line.prefix(nameWidth).split(separator: " ").joined(separator: " ")
      let values = line.dropFirst(nameWidth).split(separator: " ").prefix(2).map { Int($0) }
      return (name, Limit(soft: values.first ?? nil, hard: values.last ?? nil))
    }
    return Dictionary(lines, uniquingKeysWith: { first, _ in first })
  }

  private static func tasks(of uid: Int, _ files: MachineFiles) -> Int {
    files.names(in: "/proc").reduce(0) { sum, name in
      guard name.first?.isNumber == true else { return sum }
      // Of every process of the machine: a launch waits for it.
      var isOwn = false
      for line in (System.contents(of: "\(files.root)/proc/\(name)/status") ?? "").utf8.split(separator: 0x0A) {
        if line.starts(with: "Uid:\t".utf8) {
          isOwn = line.dropFirst(5).prefix { $0 != 0x09 }.elementsEqual("\(uid)".utf8)
          if !isOwn { break }
        } else if isOwn, line.starts(with: "Threads:\t".utf8) {
          return sum + (Int(Substring(line.dropFirst(9))) ?? 0)
        }
      }
      return sum
    }
  }

  private static func virtualisation(_ files: MachineFiles) -> Virtualisation? {
    let flags = files.lines("/proc/cpuinfo").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") } ?? ""
    guard flags.split(separator: " ").contains("hypervisor") || files.exists("/sys/hypervisor/type") else { return nil }
    let name = ["/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor", "/sys/hypervisor/type"]
      .compactMap { files.text($0) }.first { !$0.isEmpty }
    // cpu  user nice system idle iowait irq softirq steal …; see proc(5).
    let times = (files.lines("/proc/stat").first ?? "").split(separator: " ").dropFirst().prefix(8).compactMap {
      Double($0)
    }
    let all = times.reduce(0, +)
    return Virtualisation(name: name ?? "a virtual machine", stolen: times.count == 8 && all > 0 ? times[7] / all : 0)
  }
}
