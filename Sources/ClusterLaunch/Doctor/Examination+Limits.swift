import ControlCluster

// What a user may have of the kernel.
extension Examination {
  /// What programs expect at least; the kernel's default.
  private static let usualDescriptors = 1024

  var descriptors: Finding? {
    let limit = facts.descriptors
    let value =
      limit.soft == limit.hard
      ? Self.text(limit.soft) : "\(Self.text(limit.soft)), raised to \(Self.text(limit.hard)) by the launcher"
    let wanted = demand?.descriptors ?? Self.usualDescriptors
    guard let hard = limit.hard, hard < wanted else { return Finding(.descriptors, .ok, value) }
    let cure = Self.raise("nofile", to: "\(wanted)")
    guard demand != nil else {
      return Finding(
        .descriptors, .warning, value, "the launcher holds four for each process of a cluster", cure: cure)
    }
    return Finding(
      .descriptors, .error, value, "the launcher needs \(Quantity.thousands(wanted)), four for each process",
      cure: cure, isOfConfig: true)
  }

  var processes: Finding? {
    let limit = facts.processes.soft
    let running = "\(Quantity.thousands(facts.userTasks)) running"
    guard facts.isHeldToProcessLimit, let limit else {
      return Finding(.processes, .ok, "no limit, \(running)")
    }
    let value = "\(running) of \(Quantity.thousands(limit))"
    guard let demand, demand.threads > limit - facts.userTasks else { return Finding(.processes, .ok, value) }
    let wanted = "\(demand.threads &+ facts.userTasks)"
    let mayRaise = facts.processes.hard.map { $0 >= demand.threads &+ facts.userTasks } ?? true
    return Finding(
      .processes, .error, value,
      "the cluster has \(Quantity.thousands(demand.processes)) processes with \(Quantity.thousands(demand.threads)) threads; "
        + "those beyond this user's limit are not started",
      cure: mayRaise ? "ulimit -Su \(wanted)" : Self.raise("nproc", to: wanted), isOfConfig: true)
  }

  var cgroupProcesses: Finding? {
    guard let allowance = facts.cgroup.tasks else { return Finding(.cgroupProcesses, .ok, "no limit") }
    let value = "\(Quantity.thousands(allowance.used)) running of \(Quantity.thousands(allowance.limit))"
    guard let demand, demand.threads > allowance.free else { return Finding(.cgroupProcesses, .ok, value) }
    return Finding(
      .cgroupProcesses, .error, value,
      "the cluster has \(Quantity.thousands(demand.processes)) processes with \(Quantity.thousands(demand.threads)) threads; "
        + "those beyond the group's limit are not started",
      cure: facts.container.map { "\($0 == "podman" ? "podman" : "docker") run --pids-limit=-1 …" }
        ?? unit(of: allowance.group).map { "sudo systemctl set-property --runtime \($0) TasksMax=infinity" },
      isOfConfig: true)
  }

  /// Bytes that a process may lock; `nil` is without limit.
  private var lockable: Int? { facts.has(.ipcLock) ? nil : facts.lockedMemory.soft }

  var lockedMemory: Finding? {
    let value = lockable.map(Quantity.bytes) ?? "no limit"
    let cure = Self.raise("memlock", to: "unlimited")
    if let demand, demand.realTimePriority > 0 {
      // The config's own checks say so too, at the place that asks for it.
      guard let lockable, lockable < demand.sharedMemory + demand.privateMemory / max(1, demand.processes) else {
        return Finding(.lockedMemory, .ok, value)
      }
      return Finding(
        .lockedMemory, .error, value,
        "real-time processes lock their memory, each \(Quantity.bytes(demand.sharedMemory)) of the cluster's and its own",
        cure: cure, isOfConfig: true)
    }
    // What systemd and the kernel give everybody: real-time processes lock more.
    guard demand == nil, let lockable, lockable <= 8 << 20 else { return Finding(.lockedMemory, .ok, value) }
    return Finding(
      .lockedMemory, .note, value, "controllers with a real-time policy lock their memory, and would be refused",
      cure: cure)
  }

  private var highestPriority: Int { facts.has(.sysNice) ? 99 : min(99, facts.realTimePriority.soft ?? 99) }

  var realTimePermission: String { Self.raise("rtprio", to: "\(max(1, demand?.realTimePriority ?? 99))") }

  var realTime: Finding? {
    let highest = highestPriority
    let value = highest > 0 ? "priorities up to \(highest)" : "not permitted"
    let wanted = demand?.realTimePriority ?? 0
    if wanted > highest {
      return Finding(
        .realTime, .error, value, "the config asks for the real-time priority \(wanted)", cure: realTimePermission,
        isOfConfig: true)
    }
    if demand == nil, highest == 0 {
      return Finding(
        .realTime, .note, value, "controllers with the policy 'fifo' or 'rr' would be refused", cure: realTimePermission
      )
    }
    guard wanted > 0, let runtime = facts.realTimeRuntime else { return Finding(.realTime, .ok, value) }
    if runtime == -1 {
      return Finding(
        .realTime, .warning, "\(value), without a bound",
        "a real-time controller that never ends its solve takes its core from everybody, your shell among them",
        cure: "sudo sysctl kernel.sched_rt_runtime_us=950000", isOfConfig: true)
    }
    return Finding(
      .realTime, .note, "\(value), for \(runtime / 1000) ms of each second",
      "what real-time processes want beyond that waits until the second is over", isOfConfig: true)
  }
}
