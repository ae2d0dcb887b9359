import ClusterPlan
import Glibc

// Stopping: in reverse order, asked, terminated, killed; then the server.
extension Supervisor {
  /// Whether a process that ends does what it was told to.
  func expectsEnd(of name: String) -> Bool {
    isStopping || processes.contains { $0.plan.name == name && $0.endsBy != nil }
  }

  var isStopping: Bool {
    switch stage {
    case .stopping, .closing, .ended: true
    case .creating, .registering, .running: false
    }
  }

  /// - Parameter reason: said when there is no problem to tell; the natural end of a run needs no words.
  mutating func stop(_ outcome: LaunchOutcome, because reason: String? = nil, _ now: Time) -> [Action] {
    if isStopping { return [] }
    self.outcome = outcome
    for index in processes.indices { (processes[index].startAgainAt, processes[index].endsBy) = (nil, nil) }
    stage = .stopping(.asked, deadline: now + grace)
    let words = (outcome.problem ?? reason).map { LaunchEvent.stopping($0, isFailure: outcome.problem != nil) }
    // Who has not registered does not listen to the memory.
    let deaf = processes.reversed().filter { $0.isAlive && $0.plan.role == .controller && !$0.hasRegistered }
    let terminate = deaf.isEmpty ? [] : [Action.signal(SIGTERM, deaf.map(\.plan.name))]
    return (words.map { [.tell($0)] } ?? []) + [.askToStop] + terminate + continueStopping(now)
  }

  /// Goes on once all but the server have ended.
  mutating func continueStopping(_ now: Time) -> [Action] {
    switch stage {
    case .stopping where workersAndSimulator.isEmpty:
      guard let server = index(ofRole: .server), processes[server].isAlive else { return [.removeMemory] + end() }
      stage = .closing(deadline: now + Self.closeGrace)
      return [.closeServer]
    case .closing where living.isEmpty: return [.removeMemory] + end()
    default: return []
    }
  }

  mutating func escalate(from sent: Stop, _ now: Time) -> [Action] {
    let left = workersAndSimulator
    switch sent {
    case .asked:
      stage = .stopping(.terminated, deadline: now + grace)
      return [.tell(.forcing(signal: SIGTERM, processes: left)), .signal(SIGTERM, left)]
    case .terminated, .killed:
      stage = .stopping(.killed, deadline: now + grace)
      return [.tell(.forcing(signal: SIGKILL, processes: left)), .signal(SIGKILL, left)]
    }
  }

  mutating func end() -> [Action] {
    stage = .ended
    return [.finish(outcome)]
  }
}
