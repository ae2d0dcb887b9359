import ClusterConfig
import ClusterPlan
import Glibc

// What becomes of the other hosts, for which one process at the head stands: `mpirun`, with the agent as its first rank.
extension Supervisor {
  /// A host whose controllers the run has lost, and how that is told.
  struct LostShare: Equatable {
    var host: String
    /// `host b is lost: no answer for 10 s`
    var words: String
  }

  var hosts: Int? { processes.firstIndex { $0.plan.isHosts } }

  /// The cluster of a host has failed, or nothing is heard of it any more.
  mutating func hostLost(_ share: LostShare, _ now: Time) -> [Action] {
    guard !isStopping, !hostsAreGivenUp, lostHosts.insert(share.host).inserted else { return [] }
    if lost == .end || !isComplete {
      return stop(LaunchOutcome(status: 1, problem: share.words), now) + [.stopHosts]
    }
    let told = Action.tell(.host(share.host, .lost(share.words)))
    guard lostHosts.count == otherHosts else { return [told] }
    // It has nobody to wait for any more, and does not always see that.
    if hasOwnControllers { return [told] + (hosts.map { [.signal(SIGKILL, [processes[$0].plan.name])] } ?? []) }
    return [told] + stop(LaunchOutcome(status: 1, problem: "\(share.words), and no other host is left"), now)
  }

  static let agentIsGone = "the agent at the head is gone"

  /// Without it no other host hears of a step.
  mutating func agentLost(_ now: Time) -> [Action] {
    guard !isStopping, !hostsAreGivenUp, let index = hosts else { return [] }
    let problem = Self.agentIsGone
    if lost == .end || !isComplete || !hasOwnControllers {
      return stop(LaunchOutcome(status: 1, problem: problem), now) + [.stopHosts]
    }
    hostsAreGivenUp = true
    return [goesOnAlone(problem), .signal(SIGKILL, [processes[index].plan.name])]
  }

  private var hasOwnControllers: Bool { processes.contains { $0.plan.role == .controller && !$0.plan.isHosts } }

  private func goesOnAlone(_ why: String) -> Action {
    .tell(.warning("\(why); the run goes on with the controllers of this host"))
  }

  /// `mpirun` has ended.
  mutating func hostsEnded(_ index: Int, _ status: ProcessStatus, _ why: String?, _ now: Time) -> [Action] {
    let problem = why ?? "\(processes[index].plan.name) (mpirun) \(status)"
    // Of one that has failed before it was there the same is to be expected the next time.
    if lost == .end || !isComplete { return stop(LaunchOutcome(status: 1, problem: problem), now) }
    if !hasOwnControllers { return stop(LaunchOutcome(status: 1, problem: "\(problem), and no host is left"), now) }
    // Of each of them by itself it has been told already.
    if hostsAreGivenUp { return [] }
    hostsAreGivenUp = true
    return [goesOnAlone(lostHosts.count == otherHosts ? "no other host is left" : problem)]
  }

  // MARK: Stopping

  /// A host's own launcher goes through all stages of a stop, while the head's waits for it. s
  var hostsPatience: Time { Self.stopLimit(extras: 0, grace: grace) }

  /// Those that a stage of a stop is for: other hosts are not hurried while they end theirs in order.
  func hurried(_ now: Time) -> [String] {
    let isHostsTurn = hostsBy.map { now >= $0 } ?? true
    return members.filter { name in isHostsTurn || processes.first { $0.plan.name == name }?.plan.isHosts != true }
  }
}

extension PlannedProcess {
  /// Whether it stands for the controllers of all other hosts.
  var isHosts: Bool { program == .builtIn(Topology.hostsName) }
  /// Whether it is the simulator's deputy on a host that is not the head.
  var isAgent: Bool { program == .builtIn(Topology.agentName) }
}
