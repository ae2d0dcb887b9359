/// What a machine has for a cluster.
public struct Machine: Sendable, Equatable {
  /// Cores that this process may use.
  public var cores: Int
  /// Bytes free in /dev/shm; `nil` when they are not known.
  public var sharedMemory: Int?

  public init(cores: Int, sharedMemory: Int?) {
    self.cores = cores
    self.sharedMemory = sharedMemory
  }
}

extension ResolvedConfig {
  /// What the machine is too small for. Kept apart from `warnings`, which are of the files alone.
  /// - Parameter bytes: What the cluster's memory map takes.
  public func warnings(on machine: Machine, bytes: Int) -> [Diagnostic] {
    let collector = DiagnosticCollector()
    let controllers = root["controllers"]
    memory(machine, bytes, at: controllers?["count"]?.span ?? root.span, collector)
    cores(machine, at: (controllers?["threads"] ?? controllers?["count"])?.span ?? root.span, collector)
    return collector.diagnostics
  }

  private func memory(_ machine: Machine, _ bytes: Int, at place: Span, _ collector: DiagnosticCollector) {
    guard let free = machine.sharedMemory, bytes > free else { return }
    collector.report(
      .machineMemory, "the cluster takes \(byteText(bytes)) of shared memory, and /dev/shm has \(byteText(free)) free",
      at: place, severity: .warning,
      notes: [.init("free some (ls -l /dev/shm) or make it larger (mount -o remount,size=… /dev/shm)")])
  }

  /// Controllers of one thread each take turns, which a step waits for. Threads that wait for each other in the middle of
  /// a solve, or that nothing else may interrupt, do worse than fewer of them.
  private func cores(_ machine: Machine, at place: Span, _ collector: DiagnosticCollector) {
    let spec = config.controllers
    let processes = (spec.count - 1) / spec.perProcess + 1
    let (threads, overflows) = processes.multipliedReportingOverflow(by: spec.threads)
    let isRealTime = spec.scheduling.policy == .fifo || spec.scheduling.policy == .rr
    guard !overflows, threads > machine.cores, spec.threads > 1 || isRealTime else { return }
    collector.report(
      .machineCores,
      "\(processes) controller processes × \(spec.threads) threads are \(threads), and there are \(machine.cores) cores",
      at: place, severity: .warning,
      notes: [.init("use fewer threads, or more controllers per process")])
  }
}
