@testable import ClusterLaunch

extension MachineFacts {
  /// A workstation on which nothing is wrong.
  static let roomy = MachineFacts(
    uid: 1000, capabilities: 0, removesIPC: false, lingers: false, threadVariables: [:], slurmJob: nil, container: nil,
    sharedMemory: Space(total: 16 << 30, free: 15 << 30), memory: Space(total: 32 << 30, free: 24 << 30),
    staleObjects: [], descriptors: Limit(soft: 1024, hard: 524_288), processes: Limit(100_000),
    lockedMemory: Limit(nil), realTimePriority: Limit(99), userTasks: 300, cgroup: CgroupFacts(),
    onlineCores: Array(0..<16), usableCores: Array(0..<16), isolatedCores: [],
    governors: ["performance": Array(0..<16)], kernel: "6.1.0-28-amd64", isRealTimeKernel: false, clockSource: "tsc",
    clockSources: ["tsc", "hpet"], realTimeRuntime: 950_000, virtualisation: nil, missingPrograms: [])

  func with(_ change: (inout MachineFacts) -> Void) -> MachineFacts {
    var facts = self
    change(&facts)
    return facts
  }
}
