extension ResolvedConfig {
  /// What the config asks of cores and of the scheduler, and this machine does not have or this user may not have. It is a
  /// warning to who only looks at the config, and an error to who launches it here.
  /// - Parameters:
  ///   - bytes: What the cluster's memory map takes.
  ///   - startsSimulator: Whether the simulator is the launcher's.
  public func denied(
    on machine: Machine, bytes: Int, severity: Diagnostic.Severity, startsSimulator: Bool = true
  ) -> [Diagnostic] {
    let collector = DiagnosticCollector()
    var check = DeniedRequests(machine: machine, bytes: bytes, severity: severity, collector: collector)
    let (server, controllers, simulator) = (config.server, config.controllers, config.simulator)
    let workers = config.workersHere
    check.check(server.placement, server.scheduling, processes: 1, at: root["server"], or: root.span)
    check.check(
      controllers.placement, controllers.scheduling, processes: workers, at: root["controllers"], or: root.span)
    if startsSimulator, simulator.program != .external {
      check.check(simulator.placement, simulator.scheduling, processes: 1, at: root["simulator"], or: root.span)
    }
    let processes = root["processes"]?.valuesByKey ?? [:]
    for process in config.processes {
      check.check(process.placement, process.scheduling, processes: 1, at: processes[process.name], or: root.span)
    }
    if let record = config.record {
      check.check(record.placement, record.scheduling, processes: 1, at: root["record"], or: root.span)
    }
    return collector.diagnostics
  }
}

private struct DeniedRequests {
  let machine: Machine
  let bytes: Int
  let severity: Diagnostic.Severity
  let collector: DiagnosticCollector
  private var allotment: CoreAllotment

  init(machine: Machine, bytes: Int, severity: Diagnostic.Severity, collector: DiagnosticCollector) {
    self.machine = machine
    self.bytes = bytes
    self.severity = severity
    self.collector = collector
    allotment = CoreAllotment(usable: machine.usable, isolated: machine.isolated)
  }

  /// - Parameter owner: the section that has both.
  mutating func check(
    _ placement: ClusterConfig.Placement, _ scheduling: ClusterConfig.Scheduling, processes: Int, at owner: Node?,
    or root: Span
  ) {
    let fallback = owner?.span ?? root
    do throws(PlacementError) { _ = try allotment.cores(for: placement, processes: processes) } catch {
      let node = owner?["placement"]
      let culprit = if case .notEnough = error { node?["policy"] } else { node?["cores"] }
      collector.report(
        .machinePlacement, "\(error)", at: (culprit ?? node)?.span ?? fallback, severity: severity,
        notes: [cure(for: error)])
    }
    check(scheduling, at: owner?["scheduling"], or: fallback)
  }

  private func cure(for error: PlacementError) -> Diagnostic.Note {
    let cores = Self.ranges(machine.usable)
    return switch error {
    case .missing:
      .init(
        "this process may use \(cores)\(machine.isolated.isEmpty ? "" : ", and the isolated \(Self.ranges(machine.isolated))"); "
          + "taskset and the cgroup's cpuset say which")
    case .none:
      .init("the kernel isolates cores that it is started with 'isolcpus=' for; 'cores: all' takes the others")
    case .notEnough: .init("'spread' shares cores, and more controllers per process are fewer processes")
    }
  }

  private func check(_ scheduling: ClusterConfig.Scheduling, at node: Node?, or fallback: Span) {
    func place(_ key: String) -> Span { (node?[key] ?? node)?.span ?? fallback }
    let permissions = machine.permissions
    let limits = "/etc/security/limits.conf, which holds from the next login on"
    if scheduling.nice < permissions.nice {
      collector.report(
        .machineScheduling,
        "nice \(scheduling.nice) is not permitted to this user: \(permissions.nice) is the most urgent",
        at: place("nice"),
        severity: severity,
        notes: [.init("permit it with 'USER - nice \(scheduling.nice)' in \(limits), or launch as root")])
    }
    guard scheduling.isRealTime else { return }
    if scheduling.priority > permissions.realTimePriority {
      let highest =
        permissions.realTimePriority == 0
        ? "no real-time priority is permitted" : "\(permissions.realTimePriority) is the highest"
      collector.report(
        .machineScheduling,
        "the policy '\(scheduling.policy.rawValue)' with priority \(scheduling.priority) is not permitted to this user: "
          + highest,
        at: place("policy"), severity: severity,
        notes: [.init("permit it with 'USER - rtprio \(scheduling.priority)' in \(limits), or launch as root")])
    }
    if let lockable = permissions.lockedMemory, lockable < bytes {
      collector.report(
        .machineScheduling,
        "the policy '\(scheduling.policy.rawValue)' locks the memory of its processes, each \(byteText(bytes)) of the cluster's "
          + "and its own, and this user may lock \(byteText(lockable))", at: place("policy"), severity: severity,
        notes: [.init("permit it with 'USER - memlock unlimited' in \(limits), or launch as root")])
    }
  }

  /// `core 1`, `cores 0-3, 8`.
  private static func ranges(_ cores: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for core in cores.sorted() {
      if let last = ranges.last, last.upperBound + 1 == core {
        ranges[ranges.count - 1] = last.lowerBound...core
      } else {
        ranges.append(core...core)
      }
    }
    let words = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return "\(cores.count == 1 ? "core" : "cores") \(words.joined(separator: ", "))"
  }
}
