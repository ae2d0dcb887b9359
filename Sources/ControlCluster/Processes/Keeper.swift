import Glibc

/// The process that sleeps on the lifeline and removes the shared-memory object when launcher and server are both gone.
/// Everything else of a run is killed by the kernel then; an object is no process, so somebody has to outlive them.
public enum Keeper {
  /// Set for a process that shall be a keeper: the object's name.
  public static let environmentName = "CCLUSTER_KEEPER"

  /// Never returns when this process was started as a keeper; otherwise at once.
  public static func runIfAsked() {
    guard let segment = System.environment(environmentName) else { return }
    guard let text = System.environment(Lifeline.environmentName), let descriptor = Int32(text) else { exit(64) }
    for signal in [SIGINT, SIGTERM, SIGHUP] { Glibc.signal(signal, SIG_IGN) }
    // Waiting in read(2), and tied to the lifeline all the same.
    _ = fcntl(descriptor, F_SETFL, O_ASYNC)
    var byte: UInt8 = 0
    // Only the end of file is the owners' death.
    while true {
      let count = read(descriptor, &byte, 1)
      if count == 0 { break }
      if count < 0, errno != EINTR { exit(1) }
    }
    killHolders(of: descriptor)
    // The owner's lock goes when the kernel has closed its descriptors, a moment after its end of the pipe perhaps.
    for _ in 0..<200 {
      if OwnedSegment.removeStale(segment) || access(SegmentName.path(of: segment), F_OK) != 0 { break }
      usleep(10_000)
    }
    exit(0)
  }

  /// Kills whoever still holds the lifeline. The kernel kills the groups that were tied to it; a process that has left its
  /// group, but not closed its descriptors, is found here.
  private static func killHolders(of descriptor: Int32) {
    var mine = stat()
    guard fstat(descriptor, &mine) == 0 else { return }
    // Again until none is found: one may have forked meanwhile.
    for _ in 0..<100 {
      let holders = System.names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
        pid != getpid()
          && System.names(in: "/proc/\(pid)/fd").contains { name in
            var other = stat()
            return stat("/proc/\(pid)/fd/\(name)", &other) == 0 && other.st_ino == mine.st_ino
              && other.st_dev == mine.st_dev
          }
      }
      if holders.isEmpty { return }
      for pid in holders { kill(pid, SIGKILL) }
      usleep(10_000)
    }
  }

  /// Starts a keeper for `segment`.
  /// - Parameter executable: a program that calls ``runIfAsked()`` first.
  public static func start(for segment: String, executable: String, lifeline: Lifeline) throws(ClusterError) -> Child {
    let readEnd = try lifeline.openReadEnd()
    defer { close(readEnd) }
    // The arguments are for whoever reads `ps`.
    var request = SpawnRequest([executable, "keeper", segment])
    request.environment = [(environmentName, segment), (Lifeline.environmentName, "3")]
    request.descriptors = [(readEnd, 3)]
    let child = try Spawn.start(request)
    // Suspended, it has to go on when it is needed. Without the tie it is as good, unless somebody suspends it.
    try? Lifeline.tie(readEnd, to: child.pid, by: SIGCONT)
    return child
  }
}
