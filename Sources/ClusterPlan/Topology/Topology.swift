import ClusterConfig
import ControlCluster

/// The processes of a cluster, in the order they start in: server, workers, simulator. It names no pid, no user and no core:
/// those are bound at launch (see ``HerePlacement``).
public struct Topology: Sendable, Equatable {
  public var processes: [PlannedProcess]

  /// One worker for every `per_process` controllers, the last one with what is left; no simulator when it is external.
  public init(_ config: ClusterConfig) {
    processes = [
      PlannedProcess(
        name: "server", role: .server, program: .builtIn("server"),
        environment: Self.memoryLock(config.server.scheduling), placement: Self.asked(config.server.placement),
        scheduling: Self.asked(config.server.scheduling))
    ]
    processes += Self.workers(config.controllers)
    guard config.simulator.program != .external else { return }
    processes.append(
      PlannedProcess(
        name: "simulator", role: .simulator, program: config.simulator.program,
        environment: Self.memoryLock(config.simulator.scheduling), placement: Self.asked(config.simulator.placement),
        scheduling: Self.asked(config.simulator.scheduling), dependencies: [.controller]))
  }

  /// `nil` for the default, which asks for nothing.
  private static func asked(_ placement: ClusterConfig.Placement) -> ClusterConfig.Placement? {
    placement == .init() ? nil : placement
  }

  private static func asked(_ scheduling: ClusterConfig.Scheduling) -> ClusterConfig.Scheduling? {
    scheduling == .init() ? nil : scheduling
  }

  /// A process can only lock its own memory: it is told to.
  private static func memoryLock(_ scheduling: ClusterConfig.Scheduling) -> [PlannedProcess.Variable] {
    scheduling.isRealTime ? [PlannedProcess.Variable(name: MemoryLock.environmentName, value: "1")] : []
  }

  public var workers: [PlannedProcess] { processes.filter { $0.role == .controller } }

  private static func workers(_ controllers: ClusterConfig.Controllers) -> [PlannedProcess] {
    let environment = threadLimits(controllers) + memoryLock(controllers.scheduling)
    var workers: [PlannedProcess] = []
    var first = 0
    while first < controllers.count {
      let count = min(max(1, controllers.perProcess), controllers.count - first)
      workers.append(
        PlannedProcess(
          name: count == 1 ? "controller-\(first)" : "controllers-\(first)-\(first + count - 1)", role: .controller,
          slots: first..<first + count, program: controllers.program, environment: environment,
          placement: controllers.placement, scheduling: controllers.scheduling, dependencies: [.server]))
      first += count
    }
    return workers
  }

  /// Linear algebra libraries start a thread for every core unless told otherwise, in each of the workers.
  private static func threadLimits(_ controllers: ClusterConfig.Controllers) -> [PlannedProcess.Variable] {
    var own: Set<String> = []
    if case .command(_, let environment, _) = controllers.program { own = Set(environment.map(\.name)) }
    return ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].filter { !own.contains($0) }.map {
      PlannedProcess.Variable(name: $0, value: String(controllers.threads))
    }
  }
}
