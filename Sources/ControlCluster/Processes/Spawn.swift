import CLinux
import Glibc

/// A process to start.
public struct SpawnRequest: Sendable {
  /// The executable first. Without a slash it is looked up in PATH.
  public var arguments: [String]
  /// Set or replaced on top of this process's own environment.
  public var environment: [(name: String, value: String)] = []
  /// `nil` is this process's own.
  public var directory: String?
  /// Descriptors that the child finds under other numbers. Of all others it inherits those that are not close-on-exec;
  /// everything here opens close-on-exec. 0 is /dev/null unless it is listed.
  public var descriptors: [(source: Int32, target: Int32)] = []
  /// Its own soft limit of open descriptors, when this process has raised its own.
  public var descriptorLimit: Int?
  /// Cores that it may run on; all of this process's when empty.
  public var cores: [Int] = []
  public var nice = 0
  /// SCHED_OTHER, SCHED_BATCH, SCHED_FIFO or SCHED_RR, with its priority.
  public var schedulingPolicy: Int32 = SCHED_OTHER
  public var schedulingPriority: Int32 = 0

  public init(_ arguments: [String]) { self.arguments = arguments }
}

/// A started process, leader of its own process group. The descriptor is the caller's to close.
public struct Child: Sendable {
  public let pid: pid_t
  public let pidfd: Int32

  /// Signals every process of its group. The group keeps its number while any of its processes is left.
  public func signalGroup(_ signal: Int32) { kill(-pid, signal) }
}

/// The one door to `posix_spawn`.
public enum Spawn {
  /// Starts a process in a process group of its own, with default signals and none blocked.
  /// - Throws: `system` naming the executable, with the errno of the failed `exec`.
  public static func start(_ request: SpawnRequest) throws(ClusterError) -> Child {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }

    // Sources are moved out of the way first, so that no target overwrites a source that is still needed.
    let firstFree = 1 + (request.descriptors.map(\.target).max() ?? 2)
    var moved: [Int32] = []
    defer { for descriptor in moved { close(descriptor) } }
    if !request.descriptors.contains(where: { $0.target == STDIN_FILENO }) {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    for (source, target) in request.descriptors {
      let copy = try System.call("duplicate descriptor \(source)") { fcntl(source, F_DUPFD_CLOEXEC, max(firstFree, 3)) }
      moved.append(copy)
      posix_spawn_file_actions_adddup2(&actions, copy, target)
    }
    if let directory = request.directory { linux_spawn_add_directory(&actions, directory) }

    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var pid: pid_t = 0
    let name = request.arguments[0]
    let code = try scheduled(as: request) {
      withCStrings(request.arguments) { arguments in
        withCStrings(environment(request)) { environment in
          posix_spawnp(&pid, name, &actions, &attributes, arguments, environment)
        }
      }
    }
    guard code == 0 else { throw .system(call: "start '\(name)'", errno: code) }
    let child = Child(pid: pid, pidfd: linux_pidfd_open(pid))
    do {
      try System.check("pidfd_open \(pid)", child.pidfd)
      try settle(child, request)
    } catch {
      // A process that is not as it was asked for must not run.
      child.signalGroup(SIGKILL)
      waitpid(pid, nil, 0)
      if child.pidfd >= 0 { close(child.pidfd) }
      throw error
    }
    return child
  }

  /// Runs the start as the child shall run, which it inherits: set from outside, threads that it starts at once would escape.
  /// (`posix_spawn` has no attribute for cores, and glibc's refuses SCHED_BATCH.)
  private static func scheduled(as request: SpawnRequest, _ start: () -> Int32) throws(ClusterError) -> Int32 {
    guard request.schedulingPolicy != SCHED_OTHER else { return try onCores(of: request, start) }
    let (policy, priority) = (request.schedulingPolicy, request.schedulingPriority)
    var ownPriority: Int32 = 0
    let ownPolicy = try System.check("sched_getscheduler", linux_get_scheduler(&ownPriority))
    let code = linux_set_scheduler(policy, priority)
    if code < 0 {
      throw denied(
        "schedule '\(request.arguments[0])' by policy \(policy) with priority \(priority)", -code,
        "RLIMIT_RTPRIO ('USER - rtprio \(priority)' in /etc/security/limits.conf), or the cgroup's cpu.rt_runtime_us")
    }
    // Nobody needs permission for that.
    defer { _ = linux_set_scheduler(ownPolicy, ownPriority) }
    return try onCores(of: request, start)
  }

  private static func onCores(of request: SpawnRequest, _ start: () -> Int32) throws(ClusterError) -> Int32 {
    if request.cores.isEmpty { return start() }
    let what = "bind '\(request.arguments[0])' to cores \(request.cores.map(String.init).joined(separator: ", "))"
    let own = try affinity()
    let wanted = request.cores.map(Int32.init)
    defer { _ = linux_set_affinity(0, own, Int32(own.count)) }
    let code = linux_set_affinity(0, wanted, Int32(wanted.count))
    if code < 0 { throw denied(what, -code, "the cgroup's cpuset") }
    // The kernel passes over those that the cpuset does not have.
    let bound = try affinity()
    guard bound == wanted.sorted() else {
      let missing = wanted.filter { !bound.contains($0) }.map(String.init).joined(separator: ", ")
      throw denied("\(what): not \(missing)", EINVAL, "the cgroup's cpuset")
    }
    return start()
  }

  private static func affinity() throws(ClusterError) -> [Int32] {
    // Linux's CONFIG_NR_CPUS goes up to 8192.
    var cores = [Int32](repeating: 0, count: 8192)
    let count = try System.check("sched_getaffinity", linux_get_affinity(&cores, Int32(cores.count)))
    return Array(cores.prefix(Int(count)))
  }

  private static func denied(_ what: String, _ code: Int32, _ limit: String) -> ClusterError {
    .failed("\(what): \(System.message(for: code)); see \(limit)")
  }

  /// What `posix_spawn` has no attribute for is set from outside, before the child has done much.
  private static func settle(_ child: Child, _ request: SpawnRequest) throws(ClusterError) {
    let name = request.arguments[0]
    if let limit = request.descriptorLimit { _ = linux_set_descriptor_limit(child.pid, limit) }
    if request.nice != 0 {
      let code = linux_set_nice(child.pid, Int32(request.nice))
      if code < 0 {
        throw denied(
          "set nice \(request.nice) of '\(name)'", -code,
          "RLIMIT_NICE ('USER - nice \(request.nice)' in /etc/security/limits.conf)")
      }
    }
  }

  private static func environment(_ request: SpawnRequest) -> [String] {
    let replaced = Set(request.environment.map(\.name))
    var variables: [String] = []
    var entry = environ
    while let variable = entry.pointee {
      let text = String(cString: variable)
      if !replaced.contains(String(text.prefix { $0 != "=" })) { variables.append(text) }
      entry += 1
    }
    return variables + request.environment.map { "\($0.name)=\($0.value)" }
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
