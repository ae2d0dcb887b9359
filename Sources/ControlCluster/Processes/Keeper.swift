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
    _ = fcntl(descriptor, F_SETFL, 0)
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) < 0, errno == EINTR {}
    // The owner's lock goes when the kernel has closed its descriptors, a moment after its end of the pipe perhaps.
    for _ in 0..<200 {
      if OwnedSegment.removeStale(segment) || access(SegmentName.path(of: segment), F_OK) != 0 { break }
      usleep(10_000)
    }
    exit(0)
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
    return try Spawn.start(request)
  }
}
