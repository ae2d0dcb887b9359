extension ClusterConfig {
  /// A process of the run beside server, controllers and simulator: a loader, a logger, a policy.
  public struct ExtraProcess: Sendable, Equatable {
    /// When those that wait for it go on.
    public enum Readiness: String, Sendable, CaseIterable {
      /// Once it is started.
      case started
      /// Once it has said so: `READY=1` to its `NOTIFY_SOCKET`, as sd_notify(3) does.
      case registered
      /// Once it has ended with 0.
      case exited
    }

    /// Where it runs when there are several hosts.
    public enum Place: String, Sendable, CaseIterable { case head, all }

    public var name: String
    /// A command, but for the recorder.
    public var program: Program
    /// Who must be ready before it starts: other processes by name, `server`, `controllers`, `simulator`.
    public var after: [String]
    public var ready: Readiness
    /// s from each start until it is ready
    public var startupTimeout: Double
    /// Whether the run ends when it fails for good.
    public var required: Bool
    public var restart: Restart
    public var placement: Placement
    public var scheduling: Scheduling
    public var on = Place.head
  }

  /// What becomes of a worker that answers nothing.
  public struct Liveness: Sendable, Equatable {
    public enum Action: String, Sendable, CaseIterable { case report, restart }
    /// s
    public var timeout: Double
    public var action: Action

    package init(timeout: Double = 10, action: Action = .report) {
      self.timeout = timeout
      self.action = action
    }
  }
}
