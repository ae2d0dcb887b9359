/// One thing that was looked at, and what it means for a cluster.
public struct Finding: Sendable, Equatable {
  /// What was looked at, in the order in which it is told.
  public enum Topic: String, Sendable, CaseIterable {
    case sharedMemory = "shared-memory"
    case memory
    case cgroupMemory = "cgroup-memory"
    case staleMemory = "stale-memory"
    case removeIPC = "remove-ipc"
    case descriptors
    case processes
    case cgroupProcesses = "cgroup-processes"
    case lockedMemory = "locked-memory"
    case realTime = "real-time"
    case cores
    case isolatedCores = "isolated-cores"
    case cgroupCores = "cgroup-cores"
    case governor
    case threadVariables = "thread-variables"
    case kernel
    case clock
    case virtualisation
    case programs
  }

  public enum Severity: String, Sendable, Comparable, CaseIterable {
    case ok
    /// Worth knowing; nothing to be done unless it matters to this user.
    case note
    /// It will cost time or surprise somebody.
    case warning
    /// A run cannot start, or not as it was asked for.
    case error

    public static func < (one: Severity, other: Severity) -> Bool {
      allCases.firstIndex(of: one)! < allCases.firstIndex(of: other)!
    }
  }

  public var topic: Topic
  public var severity: Severity
  /// What was measured.
  public var value: String
  /// Why it matters, in a sentence without a full stop; empty when there is nothing to say.
  public var reason: String
  /// A command for a shell that mends it; `nil` when none does.
  public var cure: String?
  /// `file:line:column` of the config that asks for what cannot be had.
  public var place: String?
  /// Whether a config's demand is behind it: `launch` tells those.
  public var isOfConfig: Bool

  public init(
    _ topic: Topic, _ severity: Severity, _ value: String, _ reason: String = "", cure: String? = nil,
    place: String? = nil, isOfConfig: Bool = false
  ) {
    (self.topic, self.severity, self.value, self.reason) = (topic, severity, value, reason)
    (self.cure, self.place, self.isOfConfig) = (cure, place, isOfConfig)
  }
}
