import ClusterConfig
import ClusterPlan
import Glibc

/// Every decision of a launch, and no system call: events go in with the time they happened, actions come out. ``Launcher``
/// carries them out.
///
/// ```
/// server → memory ready → controllers → all registered → simulator → it ends → stopping → server removes the memory → ended
/// ```
struct Supervisor {
  /// Monotonic time in seconds.
  typealias Time = Double

  /// How long processes have to end when asked, and again when terminated. s
  static let grace: Time = 3
  /// How long the server has to remove the memory. s
  static let closeGrace: Time = 3

  enum Stage: Equatable {
    case creating(deadline: Time)
    case registering(deadline: Time)
    case running
    case stopping(Stop, deadline: Time)
    case closing(deadline: Time)
    case ended
  }

  /// What the processes have been sent last.
  enum Stop { case asked, terminated, killed }

  struct Process {
    var plan: PlannedProcess
    var isAlive = false
    var hasRegistered = false
    var restarts = RestartHistory()
    var startAgainAt: Time?
    /// It was told to end, to be started again; then it is killed.
    var endsBy: Time?
    var starts = 0
  }

  var processes: [Process]
  var grace = Self.grace
  private let restart: ClusterConfig.Restart
  private let startupTimeout: Time
  private let controllerCount: Int
  private var registered = 0
  var stage = Stage.creating(deadline: .infinity)
  var outcome = LaunchOutcome(status: 0)
  private var serverIsLost = false

  init(_ plan: ClusterPlan, runsSimulator: Bool = true) {
    processes = plan.topology.processes
      .filter { runsSimulator || $0.role != .simulator }
      .map { Process(plan: $0) }
    restart = plan.config.controllers.restart
    startupTimeout = plan.config.controllers.startupTimeout
    controllerCount = plan.config.controllers.count
  }

  /// When ``Event/deadline(missing:)`` shall come at the latest; `nil` when nothing is awaited.
  var nextDeadline: Time? {
    var deadlines = processes.compactMap(\.startAgainAt) + processes.compactMap(\.endsBy)
    switch stage {
    case .creating(let deadline), .registering(let deadline), .stopping(_, let deadline), .closing(let deadline):
      deadlines.append(deadline)
    case .running, .ended: break
    }
    return deadlines.min()
  }

  mutating func handle(_ event: Event, at now: Time) -> [Action] {
    if stage == .ended { return [] }
    switch event {
    case .launched:
      stage = .creating(deadline: now + startupTimeout)
      return begin(.server)
    case .serverReady:
      guard case .creating = stage else { return [] }
      stage = .registering(deadline: now + startupTimeout)
      return begin(.controller)
    case .serverFailed(let reason):
      return stop(LaunchOutcome(status: 1, problem: reason), now)
    case .serverLost: return serverEnded(now)
    case .registered(let count): return register(count, now)
    case .exited(let name, let status): return ended(name, status, now)
    case .startFailed(let name, let reason):
      if let index = index(of: name) { processes[index].isAlive = false }
      if isStopping { return continueStopping(now) }
      return stop(LaunchOutcome(status: 1, problem: "\(name): \(reason)"), now)
    case .interrupted(let signal): return interrupt(signal, now)
    case .stopRequested(let grace): return stopRequested(grace: grace, now)
    case .restartRequested(let name): return restart(name, now)
    case .notStarted(let names):
      for index in processes.indices where names.contains(processes[index].plan.name) {
        processes[index].isAlive = false
      }
      return continueStopping(now)
    case .durationPassed: return stop(LaunchOutcome(status: 0), because: "its time has passed", now)
    case .deadline(let missing): return checkDeadlines(now, missing)
    }
  }

  // MARK: Starting

  private mutating func begin(_ role: PlannedProcess.Role) -> [Action] {
    processes.indices.filter { processes[$0].plan.role == role }.flatMap { start($0) }
  }

  mutating func start(_ index: Int) -> [Action] {
    processes[index].isAlive = true
    processes[index].starts += 1
    return [.start(processes[index].plan.name)]
  }

  private mutating func register(_ count: Int, _ now: Time) -> [Action] {
    let hasGrown = count > registered
    registered = count
    var actions: [Action] = hasGrown ? [.tell(.registered(count, of: controllerCount))] : []
    guard case .registering = stage, count == controllerCount else { return actions }
    for index in processes.indices where processes[index].plan.role == .controller {
      processes[index].hasRegistered = true
    }
    stage = .running
    actions.append(.tell(.running))
    return actions + begin(.simulator)
  }

  // MARK: Ends of processes

  private mutating func ended(_ name: String, _ status: ProcessStatus, _ now: Time) -> [Action] {
    guard let index = index(of: name) else { return [] }
    processes[index].isAlive = false
    if isStopping { return continueStopping(now) }
    if processes[index].endsBy != nil {
      processes[index].endsBy = nil
      return start(index)
    }
    switch processes[index].plan.role {
    case .server: return serverEnded(now, status)
    case .simulator:
      let problem = status.isSuccess ? nil : "the simulator \(status)"
      return stop(LaunchOutcome(status: status.shellStatus, problem: problem), now)
    case .controller: return controllerEnded(index, status, now)
    }
  }

  private mutating func controllerEnded(_ index: Int, _ status: ProcessStatus, _ now: Time) -> [Action] {
    let name = processes[index].plan.name
    let lost = Action.tell(.lost(process: name, status: status))
    let wanted = restart.policy.wants(status)
    // Whoever cannot even build will not the next time either, and its reason stands in its output.
    let isHopeless = if case .exited = status { true } else { !wanted }
    if !processes[index].hasRegistered, isHopeless {
      return stop(LaunchOutcome(status: 1, problem: "\(name) \(status) before it had registered"), now)
    }
    guard wanted else { return [lost] }
    guard let delay = processes[index].restarts.next(restart, at: now) else {
      let problem =
        "\(name) \(status), for the \(restart.limit + 1). time within \(restart.window) s; its restart limit is \(restart.limit)"
      return [lost] + stop(LaunchOutcome(status: 1, problem: problem), now)
    }
    processes[index].startAgainAt = now + delay
    return [lost, .tell(.restarting(process: name, after: delay))]
  }

  /// - Parameter status: how it ended, where that is known.
  private mutating func serverEnded(_ now: Time, _ status: ProcessStatus? = nil) -> [Action] {
    // It is told twice: by the end of its link, and by the end of the process.
    guard !serverIsLost, let server = index(ofRole: .server) else { return continueStopping(now) }
    serverIsLost = true
    processes[server].isAlive = false
    switch stage {
    case .closing: return continueStopping(now)
    case .ended: return []
    case .creating, .registering, .running, .stopping: break
    }
    let problem = "the server is gone" + (status.map { ": it \($0)" } ?? "")
    // What a run that is being ended came to is known already.
    if !isStopping { outcome = LaunchOutcome(status: 1, problem: problem) }
    // Without it nobody settles the dead or tells the others to end.
    for index in processes.indices { (processes[index].startAgainAt, processes[index].endsBy) = (nil, nil) }
    stage = .stopping(.killed, deadline: now + grace)
    let alive = living
    return [.tell(.stopping(problem, isFailure: true)), .signal(SIGKILL, alive), .removeMemory]
      + continueStopping(now)
  }

  // MARK: Deadlines and signals

  private mutating func checkDeadlines(_ now: Time, _ missing: [Int]) -> [Action] {
    var actions: [Action] = []
    for index in processes.indices {
      guard let time = processes[index].startAgainAt, time <= now else { continue }
      processes[index].startAgainAt = nil
      actions += start(index)
    }
    for index in processes.indices {
      guard let time = processes[index].endsBy, time <= now else { continue }
      // Once more in as long, should it not have come to its end by then.
      processes[index].endsBy = now + grace
      let name = processes[index].plan.name
      actions += [.tell(.forcing(signal: SIGKILL, processes: [name])), .signal(SIGKILL, [name])]
    }
    switch stage {
    case .creating(let deadline) where deadline <= now:
      let problem = "the server has not made the memory ready within startup_timeout (\(startupTimeout) s)"
      actions += stop(LaunchOutcome(status: 1, problem: problem), now)
    case .registering(let deadline) where deadline <= now:
      let names = missing.prefix(8).map(String.init).joined(separator: ", ") + (missing.count > 8 ? ", …" : "")
      let problem =
        "only \(registered) of \(controllerCount) controllers registered within startup_timeout (\(startupTimeout) s); "
        + "missing: \(names)"
      actions += stop(LaunchOutcome(status: 1, problem: problem), now)
    case .stopping(let sent, let deadline) where deadline <= now: actions += escalate(from: sent, now)
    case .closing(let deadline) where deadline <= now: actions += [.signal(SIGKILL, living), .removeMemory] + end()
    default: break
    }
    return actions
  }

  private mutating func interrupt(_ signal: Int32, _ now: Time) -> [Action] {
    switch stage {
    case .stopping(let sent, _) where sent != .killed:
      stage = .stopping(.killed, deadline: now + grace)
      return [.tell(.forcing(signal: SIGKILL, processes: workersAndSimulator)), .signal(SIGKILL, workersAndSimulator)]
    case .stopping, .closing, .ended: return []
    case .creating, .registering, .running:
      return stop(
        LaunchOutcome(status: 128 + signal, wasInterrupted: true),
        because: "\(ProcessStatus.name(of: signal)) received", now)
    }
  }

  // MARK: Look-ups

  private func index(of name: String) -> Int? { processes.firstIndex { $0.plan.name == name } }
  func index(ofRole role: PlannedProcess.Role) -> Int? { processes.firstIndex { $0.plan.role == role } }
  /// In reverse order of start.
  var living: [String] { processes.reversed().filter(\.isAlive).map(\.plan.name) }
  var workersAndSimulator: [String] {
    processes.reversed().filter { $0.isAlive && $0.plan.role != .server }.map(\.plan.name)
  }
}
