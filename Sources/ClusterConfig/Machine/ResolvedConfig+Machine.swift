extension Machine {
  /// What one run takes of a machine.
  public struct Demand: Sendable, Equatable {
    /// Of all controller processes.
    public var threads: Int
    /// Of shared memory.
    public var bytes: Int

    public init(_ config: ClusterConfig, bytes: Int) {
      let processes = config.workersHere
      let (product, overflows) = processes.multipliedReportingOverflow(by: config.controllers.threads)
      threads = overflows ? .max : product
      self.bytes = bytes
    }
  }

  /// What is too much for it when `jobs` of these runs go on at a time: unlike the controllers of one cluster, clusters
  /// do not wait for one another, and those that share cores measure one another.
  public func warnings(for demands: [Demand], jobs: Int) -> [Diagnostic] {
    func largest(_ value: (Demand) -> Int) -> Int {
      sum(Array(demands.map(value).sorted(by: >).prefix(jobs))) ?? .max
    }
    let place = Span.whole(SourceText(override: "\(jobs)", option: "--jobs"))
    let collector = DiagnosticCollector()
    guard min(jobs, demands.count) > 1 else { return [] }
    let threads = largest(\.threads)
    if threads > cores {
      collector.report(
        .machineCores,
        "\(jobs) points at a time have up to \(threads) controller threads, and there are \(cores) cores", at: place,
        severity: .warning,
        notes: [.init("they slow each other down: rates and step times are not those of a run alone")])
    }
    let bytes = largest(\.bytes)
    if let free = sharedMemory, bytes > free {
      collector.report(
        .machineMemory,
        "\(jobs) points at a time take up to \(byteText(bytes)) of shared memory, and /dev/shm has \(byteText(free)) free",
        at: place, severity: .warning)
    }
    return collector.diagnostics
  }
}

extension ResolvedConfig {
  /// What the machine is too small for, and what it lacks. Kept apart from `warnings`, which are of the files alone.
  /// - Parameters:
  ///   - bytes: What the cluster's memory map takes.
  ///   - startsSimulator: Whether the simulator's program is needed.
  ///   - severity: Of what no run can do without, and of what is ``denied(on:bytes:severity:startsSimulator:)``.
  public func warnings(
    on machine: Machine, bytes: Int, startsSimulator: Bool = true, denied severity: Diagnostic.Severity = .warning
  ) -> [Diagnostic] {
    let collector = DiagnosticCollector()
    let controllers = root["controllers"]
    memory(machine, bytes, severity, at: controllers?["count"]?.span ?? root.span, collector)
    cores(machine, at: (controllers?["threads"] ?? controllers?["count"])?.span ?? root.span, collector)
    program(config.controllers.program, machine, controllers?["program"]?["command"], severity, collector)
    if startsSimulator {
      let simulator = root["simulator"]
      program(config.simulator.program, machine, (simulator?["program"] ?? simulator)?["command"], severity, collector)
    }
    let processes = root["processes"]?.valuesByKey ?? [:]
    for process in config.processes {
      program(process.program, machine, processes[process.name]?["command"], severity, collector)
    }
    return collector.diagnostics
      + denied(on: machine, bytes: bytes, severity: severity, startsSimulator: startsSimulator)
  }

  private func program(
    _ program: ClusterConfig.Program, _ machine: Machine, _ command: Node?, _ severity: Diagnostic.Severity,
    _ collector: DiagnosticCollector
  ) {
    guard case .command(let arguments, _, _) = program, !machine.hasProgram(arguments[0]) else { return }
    var place = command?.span ?? root.span
    if case .sequence(let words)? = command?.content, let executable = words.first { place = executable.span }
    let name = arguments[0]
    collector.report(
      .missingProgram,
      name.contains("/")
        ? "there is no executable '\(name)' on this machine" : "there is no program \(quoted(name)) in PATH",
      at: place, severity: severity)
  }

  private func memory(
    _ machine: Machine, _ bytes: Int, _ severity: Diagnostic.Severity, at place: Span, _ collector: DiagnosticCollector
  ) {
    guard let free = machine.sharedMemory, bytes > free else { return }
    collector.report(
      .machineMemory, "the cluster takes \(byteText(bytes)) of shared memory, and /dev/shm has \(byteText(free)) free",
      at: place, severity: severity,
      notes: [.init("free some (ls -l /dev/shm) or make it larger (mount -o remount,size=… /dev/shm)")])
  }

  /// Controllers of one thread each take turns, which a step waits for. Threads that wait for each other in the middle of
  /// a solve, or that nothing else may interrupt, do worse than fewer of them.
  private func cores(_ machine: Machine, at place: Span, _ collector: DiagnosticCollector) {
    let spec = config.controllers
    let processes = config.workersHere
    let threads = Machine.Demand(config, bytes: 0).threads
    let isRealTime = spec.scheduling.policy == .fifo || spec.scheduling.policy == .rr
    guard threads < .max, threads > machine.cores, spec.threads > 1 || isRealTime else { return }
    collector.report(
      .machineCores,
      "\(processes) controller processes × \(spec.threads) threads are \(threads), and there are \(machine.cores) cores",
      at: place, severity: .warning,
      notes: [.init("use fewer threads, or more controllers per process")])
  }
}
