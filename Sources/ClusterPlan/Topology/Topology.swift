import ClusterConfig
import ControlCluster

/// The processes of a cluster, in the order they start in: server, workers, simulator, and the config's own before whoever
/// waits for them. It names no pid, no user and no core:
/// those are bound at launch (see ``HerePlacement``).
public struct Topology: Sendable, Equatable {
  public var processes: [PlannedProcess]
  /// Who must be ready before the simulator's turn has come, also when it is started by hand.
  public let beforeSimulator: [PlannedProcess.Dependency]

  /// One worker for every `per_process` controllers, the last one with what is left; no simulator when it is external.
  public init(_ config: ClusterConfig) {
    beforeSimulator = Self.simulator(config).dependencies
    processes = [
      PlannedProcess(
        name: "server", role: .server, program: .builtIn("server"),
        environment: Self.memoryLock(config.server.scheduling), placement: Self.asked(config.server.placement),
        scheduling: Self.asked(config.server.scheduling))
    ]
    processes += Self.ordered(config)
  }

  /// Each group in the order of the file, but behind those that it waits for.
  private static func ordered(_ config: ClusterConfig) -> [PlannedProcess] {
    var groups = config.processes.map { (name: PlannedProcess.Dependency.extra($0.name), members: [extra($0)]) }
    groups.append((.controllers, workers(config.controllers)))
    if let recorder = config.record?.process { groups.append((.extra(recorder.name), [extra(recorder)])) }
    groups.append((.simulator, [simulator(config)]))
    var (placed, rest) = (Set([PlannedProcess.Dependency.server]), groups)
    var processes: [PlannedProcess] = []
    // Validation has found no circle; in one, the rest would stand as in the file.
    while !rest.isEmpty {
      let next = rest.firstIndex { $0.members.allSatisfy { $0.dependencies.allSatisfy(placed.contains) } } ?? 0
      let group = rest.remove(at: next)
      placed.insert(group.name)
      processes += group.members
    }
    processes.removeAll { $0.program == .external }
    return processes
  }

  private static func extra(_ extra: ClusterConfig.ExtraProcess) -> PlannedProcess {
    PlannedProcess(
      name: extra.name, role: .extra, program: extra.program, environment: memoryLock(extra.scheduling),
      placement: asked(extra.placement), scheduling: asked(extra.scheduling),
      dependencies: dependencies(after: [.server], and: extra.after), extra: extra)
  }

  private static func simulator(_ config: ClusterConfig) -> PlannedProcess {
    let simulator = config.simulator
    // Its first step is to be in the recording.
    let recorder = config.record.map { [$0.process.name] } ?? []
    return PlannedProcess(
      name: "simulator", role: .simulator, program: simulator.program,
      environment: memoryLock(simulator.scheduling), placement: asked(simulator.placement),
      scheduling: asked(simulator.scheduling),
      dependencies: dependencies(after: [.controllers], and: simulator.after + recorder))
  }

  /// Each once, also where somebody writes what holds anyway.
  private static func dependencies(
    after always: [PlannedProcess.Dependency], and names: [String]
  ) -> [PlannedProcess.Dependency] {
    always + names.map { PlannedProcess.Dependency($0) }.filter { !always.contains($0) }
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
    let dependencies = dependencies(after: [.server], and: controllers.after)
    var workers: [PlannedProcess] = []
    var first = 0
    while first < controllers.count {
      let count = min(max(1, controllers.perProcess), controllers.count - first)
      workers.append(
        PlannedProcess(
          name: count == 1 ? "controller-\(first)" : "controllers-\(first)-\(first + count - 1)", role: .controller,
          slots: first..<first + count, program: controllers.program, environment: environment,
          placement: controllers.placement, scheduling: controllers.scheduling, dependencies: dependencies))
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
