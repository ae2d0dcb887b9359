import ClusterPlan
import Glibc

// What users ask of a run.
extension Supervisor {
  /// What is known of a process, for people.
  struct ProcessState {
    var name: String
    var role: PlannedProcess.Role
    var slots: Range<Int>
    /// `waiting` to be started, `starting` until it is ready, `running`, `restarting` or `ended`.
    var state: String
    /// How often it was started.
    var starts: Int
  }

  var processStates: [ProcessState] {
    processes.map { process in
      let state =
        process.isAlive
        ? (process.endsBy != nil ? "restarting" : process.isStarting ? "starting" : "running")
        : process.startAgainAt != nil ? "restarting" : process.starts == 0 ? "waiting" : "ended"
      return ProcessState(
        name: process.plan.name, role: process.plan.role, slots: process.plan.slots, state: state,
        starts: process.starts)
    }
  }

  /// Slots that this run has workers for.
  var hostedSlots: [Int] { processes.flatMap(\.plan.slots) }

  /// Slots of processes that have ended and that nobody starts again unless he is told to.
  var endedSlots: Set<Int> {
    Set(processes.filter { !$0.isAlive && $0.startAgainAt == nil && $0.starts > 0 }.flatMap(\.plan.slots))
  }

  /// Why a process cannot be started again now; `nil` when it can.
  func refusesRestart(of name: String) -> String? {
    if isStopping { return "the run is being ended" }
    guard let process = processes.first(where: { $0.plan.name == name }) else {
      return "'\(name)' is not started by this run"
    }
    if process.plan.role == .server { return "without the server there is no cluster: stop it, and launch it again" }
    if process.plan.isHosts {
      return "'\(name)' stands for all other hosts: name a process of theirs, or a controller by its number"
    }
    if process.plan.isAgent {
      return "without the agent this host has no part in the run: stop it, and launch it again"
    }
    return process.starts == 0 ? "'\(name)' has not been started yet" : nil
  }

  /// Ends a process, which is started again as soon as it has ended; its restarts are not counted.
  mutating func restart(_ name: String, _ now: Time) -> [Action] {
    guard refusesRestart(of: name) == nil, let index = processes.firstIndex(where: { $0.plan.name == name }) else {
      return []
    }
    processes[index].startAgainAt = nil
    let told = Action.tell(.restarting(process: name, after: 0))
    guard processes[index].isAlive else { return [told] + start(index, now) }
    guard processes[index].endsBy == nil else { return [] }
    (processes[index].endsBy, processes[index].readyBy) = (now + grace, nil)
    return [told, .signal(SIGTERM, [name])]
  }

  /// - Parameter grace: s; `nil` is the usual one.
  mutating func stopRequested(grace: Time?, _ now: Time) -> [Action] {
    if let grace { self.grace = grace }
    // As a shell has it for who was told to end.
    return stop(
      LaunchOutcome(status: 128 + SIGTERM, wasInterrupted: true, cause: "stop requested"), because: "stop requested",
      now)
  }
}
