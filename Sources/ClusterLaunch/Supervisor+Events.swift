// What a supervisor is told, and what it wants done.
extension Supervisor {
  enum Event {
    /// The first event of all.
    case launched
    case serverReady
    case serverFailed(String)
    /// The link to the server is closed: it is dead or dying.
    case serverLost
    case registered(Int)
    /// One of the config's own processes says that it is ready.
    case ready(String)
    /// A process of controllers answers nothing.
    case silent(Silence)
    /// - why: where it is known better than by the status.
    case exited(String, ProcessStatus, why: String? = nil)
    /// A process could not be started.
    case startFailed(String, String)
    case interrupted(signal: Int32)
    /// A user wants the run to end, with that much time for processes, in s.
    case stopRequested(grace: Time?)
    /// A user wants that process to be started anew.
    case restartRequested(String)
    /// These were to be started, and will not be, because the run is being ended.
    case notStarted(Set<String>)
    /// `--for` has passed.
    case durationPassed
    /// A deadline that the supervisor asked for has come; these slots are not registered.
    /// - about: what is known of those on other hosts.
    case deadline(missing: [Int], about: String? = nil)
    /// The cluster of another host has failed, or nothing is heard of it any more.
    case hostLost(LostShare)
    /// The agent at the head is gone, and `mpirun` goes on without it.
    case agentLost
    /// What this run is a part of is gone: it ends, for that reason.
    case orphaned(String)
  }

  enum Action: Equatable {
    case start(String)
    /// The server tells everyone to end.
    case askToStop
    case signal(Int32, [String])
    /// The launchers of all other hosts are told to end theirs.
    case stopHosts
    /// The server removes the memory and ends.
    case closeServer
    /// The server is gone: remove the memory in its place.
    case removeMemory
    case tell(LaunchEvent)
    case finish(LaunchOutcome)
  }
}
