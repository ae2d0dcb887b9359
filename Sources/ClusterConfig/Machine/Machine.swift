/// What a machine has for a cluster, and what it permits.
public struct Machine: Sendable {
  /// Cores that this process may use, by number.
  public var usable: [Int]
  /// Cores that the kernel keeps from the scheduler (`isolcpus=`), for those who ask.
  public var isolated: [Int]
  /// Bytes free in /dev/shm; `nil` when they are not known.
  public var sharedMemory: Int?
  public var permissions: Permissions
  /// Whether there is an executable: an absolute path, or a name to look up in PATH.
  public var hasProgram: @Sendable (String) -> Bool

  public var cores: Int { usable.count }

  /// What the kernel permits the processes that this one starts.
  public struct Permissions: Sendable, Equatable {
    /// The highest real-time priority; 0 is none (RLIMIT_RTPRIO, or CAP_SYS_NICE).
    public var realTimePriority: Int
    /// The most urgent niceness (RLIMIT_NICE, or CAP_SYS_NICE).
    public var nice: Int
    /// Bytes that a process may lock (RLIMIT_MEMLOCK, or CAP_IPC_LOCK); `nil` is without limit.
    public var lockedMemory: Int?

    public init(realTimePriority: Int, nice: Int, lockedMemory: Int?) {
      self.realTimePriority = realTimePriority
      self.nice = nice
      self.lockedMemory = lockedMemory
    }

    public static let all = Permissions(realTimePriority: 99, nice: -20, lockedMemory: nil)
  }

  public init(
    usable: [Int], isolated: [Int] = [], sharedMemory: Int?, permissions: Permissions = .all,
    hasProgram: @escaping @Sendable (String) -> Bool
  ) {
    self.usable = usable
    self.isolated = isolated
    self.sharedMemory = sharedMemory
    self.permissions = permissions
    self.hasProgram = hasProgram
  }

  /// Cores 0 to `cores` - 1, and nothing forbidden.
  package init(cores: Int, sharedMemory: Int?, hasProgram: @escaping @Sendable (String) -> Bool) {
    self.init(usable: Array(0..<cores), sharedMemory: sharedMemory, hasProgram: hasProgram)
  }
}
