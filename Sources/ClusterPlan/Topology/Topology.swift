import ClusterConfig
import ControlCluster

/// The processes of a cluster, in the order they start in: server, workers, simulator, and the config's own before whoever
/// waits for them. It names no pid, no user and no core:
/// those are bound at launch (see ``HerePlacement``).
public struct Topology: Sendable, Equatable {
  public var processes: [PlannedProcess]
  /// Who must be ready before the simulator's turn has come, also when it is started by hand.
  public let beforeSimulator: [PlannedProcess.Dependency]

  /// Those of the head, or of the one machine.
  public init(_ config: ClusterConfig) { self.init(config, shares: config.shares(), host: 0) }

  /// One worker for every `per_process` controllers, the last one with what is left; no simulator when it is external.
  ///
  /// At the head of several hosts one more worker, `hosts`, stands for the controllers of all others. On each of those an agent
  /// takes the simulator's place, and of the config's own processes there are those that run on all hosts.
  /// - Parameter host: one of the shares.
  init(_ config: ClusterConfig, shares: [HostShare], host: Int) {
    let groups = host == 0 ? Self.groups(config, shares) : Self.groups(config, on: shares[host])
    beforeSimulator = groups.last?.members.first?.dependencies ?? []
    processes = [
      PlannedProcess(
        name: "server", role: .server, program: .builtIn("server"),
        environment: Self.memoryLock(config.server.scheduling), placement: Self.asked(config.server.placement),
        scheduling: Self.asked(config.server.scheduling))
    ]
    processes += Self.ordered(groups)
  }

  /// Processes that others wait for together.
  private typealias Group = (name: PlannedProcess.Dependency, members: [PlannedProcess])

  private static func groups(_ config: ClusterConfig, _ shares: [HostShare]) -> [Group] {
    let own = shares[0].controllers
    var groups = config.processes.map { Group(.extra($0.name), [extra($0)]) }
    var workers = workers(config.controllers, own, first: 0)
    if own.count < config.controllers.count {
      workers.append(
        PlannedProcess(
          name: hostsName, role: .controller, slots: own.upperBound..<config.controllers.count,
          program: .builtIn(hostsName), dependencies: dependencies(after: [.server], and: config.controllers.after)))
    }
    groups.append((.controllers, workers))
    if let recorder = config.record?.process { groups.append((.extra(recorder.name), [extra(recorder)])) }
    groups.append((.simulator, [simulator(config)]))
    return groups
  }

  private static func groups(_ config: ClusterConfig, on share: HostShare) -> [Group] {
    let here = config.processes.filter { $0.on == .all }
    let names = Set(here.map(\.name) + ["server", "controllers", "simulator"])
    // Who runs at the head only was ready before this host was started.
    var groups = here.map { process in
      var process = process
      process.after.removeAll { !names.contains($0) }
      return Group(.extra(process.name), [extra(process)])
    }
    var controllers = config.controllers
    controllers.after.removeAll { !names.contains($0) }
    groups.append((.controllers, workers(controllers, 0..<share.count, first: share.first)))
    groups.append(
      (
        .simulator,
        [PlannedProcess(name: agentName, role: .simulator, program: .builtIn(agentName), dependencies: [.controllers])]
      ))
    return groups
  }

  /// Of the process at the head that stands for the controllers of all other hosts, and of its program.
  public static let hostsName = "hosts"
  /// Of the process on each other host that stands for the simulator, and of its program.
  public static let agentName = "agent"

  /// Each group in the order of the file, but behind those that it waits for.
  private static func ordered(_ groups: [Group]) -> [PlannedProcess] {
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

  /// - Parameter number: of slot 0 in the whole cluster, which workers are named by.
  private static func workers(
    _ controllers: ClusterConfig.Controllers, _ slots: Range<Int>, first number: Int
  ) -> [PlannedProcess] {
    let environment = threadLimits(controllers) + memoryLock(controllers.scheduling)
    let dependencies = dependencies(after: [.server], and: controllers.after)
    var workers: [PlannedProcess] = []
    var first = slots.lowerBound
    while first < slots.upperBound {
      let count = min(max(1, controllers.perProcess), slots.upperBound - first)
      let named = number + first
      workers.append(
        PlannedProcess(
          name: count == 1 ? "controller-\(named)" : "controllers-\(named)-\(named + count - 1)", role: .controller,
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
