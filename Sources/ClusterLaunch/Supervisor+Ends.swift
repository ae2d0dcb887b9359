import ClusterConfig
import ClusterPlan
import Glibc

// What the end of a process means.
extension Supervisor {
  /// - Parameter reason: why, where the process that stands for other hosts has ended and that is known.
  mutating func ended(_ name: String, _ status: ProcessStatus, reason: String? = nil, _ now: Time) -> [Action] {
    guard let index = index(of: name) else { return [] }
    processes[index].isAlive = false
    if isStopping { return continueStopping(now) }
    if processes[index].endsBy != nil {
      processes[index].endsBy = nil
      return start(index, now)
    }
    switch processes[index].plan.role {
    case .server: return serverEnded(now, status)
    case .simulator:
      let problem = status.isSuccess ? nil : "the \(processes[index].plan.isAgent ? "agent" : "simulator") \(status)"
      return stop(LaunchOutcome(status: status.shellStatus, problem: problem), now)
    case .controller where processes[index].plan.isHosts: return hostsEnded(index, status, reason, now)
    case .controller: return controllerEnded(index, status, now)
    case .extra: return extraEnded(index, status, now)
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
      return [lost] + stop(LaunchOutcome(status: 1, problem: "\(name) \(status)\(overLimit(restart))"), now)
    }
    processes[index].startAgainAt = now + delay
    return [lost, .tell(.restarting(process: name, after: delay))]
  }

  /// - Parameter status: how it ended, where that is known.
  mutating func serverEnded(_ now: Time, _ status: ProcessStatus? = nil) -> [Action] {
    // It is told twice: by the end of its link, and by the end of the process.
    guard !serverIsLost, let server = index(ofRole: .server) else { return continueStopping(now) }
    serverIsLost = true
    processes[server].isAlive = false
    switch stage {
    case .closing: return continueStopping(now)
    case .ended: return []
    case .creating, .starting, .running, .stopping: break
    }
    let problem = "the server is gone" + (status.map { ": it \($0)" } ?? "")
    // What a run that is being ended came to is known already.
    if !isStopping { outcome = LaunchOutcome(status: 1, problem: problem) }
    // Without it nobody settles the dead or tells the others to end.
    forgetDeadlines()
    stage = .stopping(.killed, deadline: now + grace)
    let alive = living
    return [.tell(.stopping(problem, isFailure: true)), .signal(SIGKILL, alive), .removeMemory]
      + continueStopping(now)
  }
}
