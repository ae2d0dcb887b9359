import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// Every decision of a launch, and no system call: events go in with the time they happened, actions come out. ``Launcher``
/// carries them out.
///
/// ```
/// server → memory ready → controllers → all registered → simulator → it ends → stopping → server removes the memory → ended
/// ```
///
/// The config's own processes start as soon as the memory is ready, or when those are ready that they wait for, and may hold up
/// the others in turn.
struct Supervisor {
  /// Monotonic time in seconds.
  typealias Time = Double

  /// How long processes have to end when asked, and again when terminated. s
  static let grace: Time = 3
  /// How long the server has to remove the memory. s
  static let closeGrace: Time = 3

  enum Stage: Equatable {
    case creating(deadline: Time)
    /// The memory is there; whoever waits for nobody is started.
    case starting
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
    /// Of the config's own: it has been ready once, and those that wait for it may go on.
    var isReady = false
    /// Of the config's own: it is not started again, and need not be.
    var hasFailed = false
    var startedAt: Time = 0
    /// It is given up then, or told.
    var readyBy: Time?
    /// It has been told to end because the run does.
    var isAsked = false
    var restarts = RestartHistory()
    var startAgainAt: Time?
    /// It was told to end, to be started again; then it is killed.
    var endsBy: Time?
    var starts = 0

    /// Of the config's own: it is not ready yet.
    var isStarting: Bool { plan.role == .extra && readyBy != nil }
  }

  var processes: [Process]
  var grace = Self.grace
  let restart: ClusterConfig.Restart
  let liveness: ClusterConfig.Liveness
  let startupTimeout: Time
  let controllerCount: Int
  let numbers: ControllerNumbers
  /// Whom the simulator waits for, also one that is started by hand.
  let beforeSimulator: [PlannedProcess.Dependency]
  var registered = 0
  /// Whether all controllers have been there once.
  var isComplete = false
  /// When all of them must be; set once they are started.
  var registerBy: Time?
  var stage = Stage.creating(deadline: .infinity)
  var outcome = LaunchOutcome(status: 0)
  var serverIsLost = false
  /// What becomes of a run that loses a host.
  let lost: ClusterConfig.Hosts.Lost
  let otherHosts: Int
  var lostHosts: Set<String> = []
  /// Whether all of them are, which has been told.
  var hostsAreGivenUp = false
  /// In a stop, until when the other hosts end in order.
  var hostsBy: Time?

  /// - Parameter slots: only workers that host some of these; `nil` is all.
  init(_ plan: ClusterPlan, runsSimulator: Bool = true, slots: Set<Int>? = nil) {
    processes = plan.topology.processes
      .filter { runsSimulator || $0.role != .simulator }
      .filter { process in process.role != .controller || slots.map { !$0.isDisjoint(with: process.slots) } ?? true }
      .map { Process(plan: $0) }
    restart = plan.config.controllers.restart
    liveness = plan.config.controllers.liveness
    beforeSimulator = plan.topology.beforeSimulator
    startupTimeout = plan.config.controllers.startupTimeout
    lost = plan.config.hosts?.lost ?? .end
    otherHosts = plan.shares.count - 1
    numbers = plan.numbers
    controllerCount = processes.reduce(0) { $0 + $1.plan.slots.count }
  }

  /// When ``Event/deadline(missing:)`` shall come at the latest; `nil` when nothing is awaited.
  var nextDeadline: Time? {
    let ofProcesses = processes.flatMap { [$0.startAgainAt, $0.endsBy, $0.readyBy] } + [registerBy]
    switch stage {
    case .creating(let deadline), .stopping(_, let deadline), .closing(let deadline):
      return (ofProcesses + [deadline]).compactMap { $0 }.min()
    case .starting, .running, .ended: return ofProcesses.compactMap { $0 }.min()
    }
  }

  mutating func handle(_ event: Event, at now: Time) -> [Action] {
    if stage == .ended { return [] }
    switch event {
    case .launched:
      stage = .creating(deadline: now + startupTimeout)
      return index(ofRole: .server).map { start($0, now) } ?? []
    case .serverReady:
      guard case .creating = stage else { return [] }
      stage = .starting
      return startNext(now)
    case .ready(let name): return index(of: name).map { becomeReady($0, now) } ?? []
    case .silent(let silence): return silent(silence, now)
    case .serverFailed(let reason):
      return stop(LaunchOutcome(status: 1, problem: reason), now)
    case .serverLost: return serverEnded(now)
    case .registered(let count): return register(count, now)
    case .exited(let name, let status, let why): return ended(name, status, why, now)
    case .hostLost(let share): return hostLost(share, now)
    case .agentLost: return agentLost(now)
    case .orphaned(let reason): return stop(LaunchOutcome(status: 1, problem: reason), now)
    case .startFailed(let name, let reason):
      guard let index = index(of: name) else { return [] }
      (processes[index].isAlive, processes[index].readyBy) = (false, nil)
      if isStopping { return continueStopping(now) }
      if processes[index].plan.role == .extra { return fail(index, "\(name): \(reason)", now) }
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
    case .deadline(let missing, let about): return checkDeadlines(now, missing, about)
    }
  }

  // MARK: Starting

  mutating func start(_ index: Int, _ now: Time) -> [Action] {
    processes[index].isAlive = true
    processes[index].starts += 1
    processes[index].startedAt = now
    processes[index].readyBy = readyBy(index, now)
    return [.start(processes[index].plan.name)]
  }

  private mutating func register(_ count: Int, _ now: Time) -> [Action] {
    let hasGrown = count > registered
    registered = count
    var actions: [Action] = hasGrown ? [.tell(.registered(count, of: controllerCount))] : []
    guard !isStopping, count == controllerCount else { return actions }
    for index in processes.indices where processes[index].plan.role == .controller {
      processes[index].hasRegistered = true
      processes[index].readyBy = nil
    }
    if isComplete { return actions }
    isComplete = true
    registerBy = nil
    actions += startNext(now)
    return actions
  }

  // MARK: Deadlines and signals

  private mutating func checkDeadlines(_ now: Time, _ missing: [Int], _ about: String?) -> [Action] {
    var actions: [Action] = []
    for index in processes.indices {
      guard let time = processes[index].startAgainAt, time <= now else { continue }
      processes[index].startAgainAt = nil
      actions += start(index, now)
    }
    for index in processes.indices {
      guard let time = processes[index].endsBy, time <= now else { continue }
      // Once more in as long, should it not have come to its end by then.
      processes[index].endsBy = now + grace
      let name = processes[index].plan.name
      actions += [.tell(.forcing(signal: SIGKILL, processes: [name])), .signal(SIGKILL, [name])]
    }
    actions += checkReadiness(now, missing, about)
    switch stage {
    case .creating(let deadline) where deadline <= now:
      let problem = "the server has not made the memory ready within startup_timeout (\(startupTimeout) s)"
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
      return [.tell(.forcing(signal: SIGKILL, processes: members)), .signal(SIGKILL, members)]
    case .stopping, .closing, .ended: return []
    case .creating, .starting, .running:
      return stop(
        LaunchOutcome(status: 128 + signal, wasInterrupted: true),
        because: "\(ProcessStatus.name(of: signal)) received", now)
    }
  }

  // MARK: Look-ups

  func starts(of name: String) -> Int? { index(of: name).map { processes[$0].starts } }

  func index(of name: String) -> Int? { processes.firstIndex { $0.plan.name == name } }
  func index(ofRole role: PlannedProcess.Role) -> Int? { processes.firstIndex { $0.plan.role == role } }
  /// In reverse order of start.
  var living: [String] { processes.reversed().filter(\.isAlive).map(\.plan.name) }
  var members: [String] {
    processes.reversed().filter { $0.isAlive && $0.plan.role != .server }.map(\.plan.name)
  }
}
