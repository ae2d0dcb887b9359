/// What the part of a cluster that is on another host has come to.
public enum HostProgress: Sendable, Equatable {
  /// Its launcher is there.
  case here(HostIdentity)
  /// Its memory is published.
  case created(bytes: Int)
  /// That many of its controllers have registered there.
  case registered(Int, of: Int)
  /// All have, and its agent starts.
  case running
  /// It is being ended, for that reason.
  case stopping(String, isFailure: Bool)
  /// It is over, and everything of it is gone.
  case ended(LaunchOutcome)
  /// Nothing is heard of it any more, for that reason.
  case lost(String)
}

/// Who a host's launcher is.
public struct HostIdentity: Sendable, Equatable {
  public var pid: Int32
  /// Where the host's run is written down, on that host; `nil` where it is not.
  public var directory: String?

  public init(pid: Int32, directory: String?) { (self.pid, self.directory) = (pid, directory) }
}

extension HostProgress {
  /// As it is written down: a stable name, how much it matters, and the sentence. `nil` for progress that is not complete.
  func record(of host: String) -> (what: String, level: LogLevel, why: String)? {
    switch self {
    case .here(let identity):
      let place = identity.directory.map { ", and writes its run down in \($0)" } ?? ""
      return ("host-started", .info, "the launcher of host \(host) is process \(identity.pid)\(place)")
    case .created, .registered: return nil
    case .running: return ("host-running", .info, "host \(host) runs")
    // A failure is told as the loss of the host, or as the reason of the run's end.
    case .stopping(_, isFailure: true): return nil
    case .stopping(let reason, isFailure: false): return ("host-stopping", .info, "host \(host): stopping: \(reason)")
    case .ended(let outcome):
      let why = "host \(host) ended with status \(outcome.status)" + (outcome.reason.map { ": \($0)" } ?? "")
      return ("host-ended", outcome.problem == nil ? .info : .error, why)
    case .lost(let words): return ("host-lost", .error, words)
    }
  }
}
