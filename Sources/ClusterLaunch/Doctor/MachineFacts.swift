/// What was found out about a machine, and about this user's part of it: everything that ``Examination`` judges.
public struct MachineFacts: Sendable, Equatable {
  /// A resource limit; `nil` is without limit.
  public struct Limit: Sendable, Equatable {
    public var soft: Int?
    /// What this user may raise the soft one to.
    public var hard: Int?

    public init(soft: Int?, hard: Int?) { (self.soft, self.hard) = (soft, hard) }
    public init(_ both: Int?) { self.init(soft: both, hard: both) }
  }

  /// Bytes.
  public struct Space: Sendable, Equatable {
    public var total: Int
    public var free: Int
    /// Whether nobody may write there.
    public var isReadOnly: Bool

    public init(total: Int, free: Int, isReadOnly: Bool = false) {
      (self.total, self.free, self.isReadOnly) = (total, free, isReadOnly)
    }
  }

  /// A shared-memory object whose server is gone.
  public struct StaleObject: Sendable, Equatable {
    /// As in /dev/shm.
    public var name: String
    public var bytes: Int

    public init(name: String, bytes: Int) { (self.name, self.bytes) = (name, bytes) }
  }

  public struct Virtualisation: Sendable, Equatable {
    /// What the machine calls itself: `Firecracker`, `Standard PC (Q35)`.
    public var name: String
    /// Of the cores' time since boot, what others had while this machine wanted it; 0 to 1.
    public var stolen: Double

    public init(name: String, stolen: Double) { (self.name, self.stolen) = (name, stolen) }
  }

  // MARK: User

  public var uid: Int
  /// As of capabilities(7), a bit each.
  public var capabilities: UInt64
  /// What logind does with a user's shared memory when the last session ends; `nil` where there is no logind.
  public var removesIPC: Bool?
  /// The user's processes go on after the last logout, so there is no such moment.
  public var lingers: Bool
  /// The variables that steer thread pools, as far as they are set.
  public var threadVariables: [String: String]
  /// The cluster's allocation that this process runs in.
  public var slurmJob: String?
  /// `docker`, `podman` or what $container says.
  public var container: String?

  // MARK: Memory

  /// /dev/shm; `nil` when it is not there.
  public var sharedMemory: Space?
  /// Of the machine; `free` is what can be had without swapping.
  public var memory: Space?
  public var staleObjects: [StaleObject]

  // MARK: Limits

  public var descriptors: Limit
  public var processes: Limit
  /// Bytes
  public var lockedMemory: Limit
  public var realTimePriority: Limit
  /// Threads of this user that run now, which count towards `processes`.
  public var userTasks: Int
  public var cgroup: CgroupFacts

  // MARK: Cores

  /// The numbers of all cores that are on.
  public var onlineCores: [Int]
  /// Those that this process may use.
  public var usableCores: [Int]
  /// Kept from the scheduler (`isolcpus=`).
  public var isolatedCores: [Int]
  /// The usable cores by their frequency governor; none where the frequency is not the kernel's business.
  public var governors: [String: [Int]]

  // MARK: Kernel

  /// `6.1.0-28-amd64`
  public var kernel: String
  /// Built with PREEMPT_RT.
  public var isRealTimeKernel: Bool
  public var clockSource: String?
  public var clockSources: [String]
  /// µs of each second that real-time processes may run, all together; -1 is all of it.
  public var realTimeRuntime: Int?
  public var virtualisation: Virtualisation?
  /// Programs that belong beside `ccluster` and are not there.
  public var missingPrograms: [String]
}

extension MachineFacts {
  /// The bits of capabilities(7) that lift a limit.
  enum Capability: UInt64 {
    case ipcLock = 14
    case sysAdmin = 21
    case sysNice = 23
    case sysResource = 24
  }

  func has(_ capability: Capability) -> Bool { capabilities >> capability.rawValue & 1 == 1 }

  /// fork(2): neither for root nor for those who may raise it.
  var isHeldToProcessLimit: Bool { uid != 0 && !has(.sysResource) && !has(.sysAdmin) }
}
