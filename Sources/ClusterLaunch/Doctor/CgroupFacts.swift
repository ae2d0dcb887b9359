/// What the control groups around this process leave it, each limit the tightest of all groups from its own to the root.
public struct CgroupFacts: Sendable, Equatable {
  /// A limit on something that is counted.
  public struct Allowance: Sendable, Equatable {
    public var limit: Int
    /// What the group that has the limit uses already.
    public var used: Int
    /// The path of that group, below the controller's mount.
    public var group: String

    public init(limit: Int, used: Int, group: String) { (self.limit, self.used, self.group) = (limit, used, group) }

    public var free: Int { max(0, limit - used) }
  }

  /// A share of the cores' time.
  public struct Quota: Sendable, Equatable {
    /// Cores' worth of time: 1.5 is 150 ms of each 100 ms.
    public var cores: Double
    /// s, after which a group that has used its share goes on.
    public var period: Double
    public var group: String

    public init(cores: Double, period: Double, group: String) {
      (self.cores, self.period, self.group) = (cores, period, group)
    }
  }

  /// Bytes; what can be reclaimed is not counted as used.
  public var memory: Allowance?
  public var processorTime: Quota?
  /// Threads.
  public var tasks: Allowance?

  public init(memory: Allowance? = nil, processorTime: Quota? = nil, tasks: Allowance? = nil) {
    (self.memory, self.processorTime, self.tasks) = (memory, processorTime, tasks)
  }
}
