import ClusterPlan
import Glibc

// Stopping: asked, terminated, killed; then the server. The config's own processes are asked by a signal, since they need not
// look at the memory, and only when those have ended that had waited for them.
extension Supervisor {
  /// From the request to end until everything is gone at the latest: asked (the config's own processes one after the other),
  /// terminated, killed, closed, and two seconds for what has left its group. s
  static func stopLimit(extras: Int, grace: Time = grace) -> Time { grace * Double(3 + extras) + closeGrace + 2 }

  /// Of this run, with the grace that was asked for last.
  var stopLimit: Time {
    Self.stopLimit(extras: processes.count { $0.plan.role == .extra }, grace: grace)
      + (hosts == nil ? 0 : hostsPatience)
  }

  /// Whether a process that ends does what it was told to.
  func expectsEnd(of name: String) -> Bool {
    isStopping || processes.contains { $0.plan.name == name && $0.endsBy != nil }
  }

  /// Processes that were told to end, to be started again.
  var ending: Set<String> { Set(processes.filter { $0.endsBy != nil }.map(\.plan.name)) }

  var isStopping: Bool {
    switch stage {
    case .stopping, .closing, .ended: true
    case .creating, .starting, .running: false
    }
  }

  /// - Parameter reason: said when there is no problem to tell; the natural end of a run needs no words.
  mutating func stop(_ outcome: LaunchOutcome, because reason: String? = nil, _ now: Time) -> [Action] {
    if isStopping { return [] }
    self.outcome = outcome
    forgetDeadlines()
    stage = .stopping(.asked, deadline: now + grace)
    let words = (outcome.problem ?? reason).map { LaunchEvent.stopping($0, isFailure: outcome.problem != nil) }
    // Who has not registered does not listen to the memory.
    let deaf = processes.reversed().filter { $0.isAlive && $0.plan.role == .controller && !$0.hasRegistered }
    let own = deaf.filter { !$0.plan.isHosts }
    var terminate = own.isEmpty ? [] : [Action.signal(SIGTERM, own.map(\.plan.name))]
    if own.count < deaf.count { terminate.append(.stopHosts) }
    hostsBy = hosts.map { _ in now + hostsPatience }
    return (words.map { [.tell($0)] } ?? []) + [.askToStop] + terminate + continueStopping(now)
  }

  mutating func forgetDeadlines() {
    registerBy = nil
    for index in processes.indices {
      (processes[index].startAgainAt, processes[index].endsBy, processes[index].readyBy) = (nil, nil, nil)
    }
  }

  /// Asks those of the config's own that nobody needs any more. Each gets the whole grace.
  private mutating func askExtras(_ now: Time) -> [Action] {
    let needed = Set(processes.filter(\.isAlive).flatMap(\.plan.dependencies))
    let free = processes.indices.reversed().filter {
      let process = processes[$0]
      return process.plan.role == .extra && process.isAlive && !process.isAsked
        && !needed.contains(process.plan.dependency)
    }
    if free.isEmpty { return [] }
    for index in free { processes[index].isAsked = true }
    stage = .stopping(.asked, deadline: now + grace)
    return [.signal(SIGTERM, free.map { processes[$0].plan.name })]
  }

  /// Goes on with who is left: once all but the server have ended, with that.
  mutating func continueStopping(_ now: Time) -> [Action] {
    switch stage {
    case .stopping where members.isEmpty:
      guard let server = index(ofRole: .server), processes[server].isAlive else { return [.removeMemory] + end() }
      stage = .closing(deadline: now + Self.closeGrace)
      return [.closeServer]
    case .stopping(.asked, _): return askExtras(now)
    case .closing where living.isEmpty: return [.removeMemory] + end()
    default: return []
    }
  }

  mutating func escalate(from sent: Stop, _ now: Time) -> [Action] {
    let left = hurried(now)
    guard !left.isEmpty else {
      // Only the other hosts are left, and nobody has hurried them yet.
      stage = .stopping(.asked, deadline: hostsBy ?? now + grace)
      return [.stopHosts]
    }
    switch sent {
    case .asked:
      stage = .stopping(.terminated, deadline: now + grace)
      return [.tell(.forcing(signal: SIGTERM, processes: left)), .signal(SIGTERM, left)]
        + (left.count < members.count ? [.stopHosts] : [])
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
