import CLinux
import Glibc
import Synchronization

/// Creates and owns a cluster's shared memory, runs its controllers, declares their deaths, and removes everything at the
/// end. The launched `ccluster-server` and a user's own main use the same object.
///
/// ```swift
/// let server = try ControlClusterServer(plan.blueprint)
/// for _ in 0..<16 { server.addController(MyController.self) }
/// try server.start()
/// let client = try ControlClusterClient(attachingTo: server.segmentName)
/// …
/// server.stop()
/// ```
///
/// A Swift controller runs by executing this same program again: there ``init(_:namespace:)`` returns at once without
/// creating anything, and ``addController(_:slots:)`` becomes the worker and never returns. So what a main does before the
/// server is made, it does in every worker, too.
///
/// When the owner of the server dies, however that happens, the kernel kills its controllers and a small keeper process
/// removes the memory.
public final class ControlClusterServer: @unchecked Sendable {
  /// The shared-memory object's name.
  public let segmentName: String

  private let blueprint: ClusterBlueprint
  // `nil` in a worker.
  private let owned: OwnedSegment?
  private let watch: DeathWatch?
  private let lifeline: Lifeline?
  private var controllers: [AddedController] = []
  private var children: [Child] = []
  private var keeper: Child?
  private let wakeUp: Int32
  private var threads: [pthread_t] = []
  private let isEnding = Atomic<Bool>(false)

  private struct AddedController {
    var arguments: [String]
    var environment: [(name: String, value: String)]
    var directory: String?
    var slots: Range<Int>
  }

  private static let workerType = "CCLUSTER_WORKER_TYPE"

  /// Creates the memory; nobody can attach before ``start()``.
  /// - Parameter namespace: the memory's name; the cluster's by default.
  /// - Throws: `inUse` when a live cluster has that name, `noMemory`, `system`.
  public convenience init(_ blueprint: ClusterBlueprint, namespace: String? = nil) throws(ClusterError) {
    try self.init(blueprint, namespace: namespace, ownsControllers: true)
  }

  /// - Parameter ownsControllers: false when a launcher spawns them and holds the lifeline.
  init(_ blueprint: ClusterBlueprint, namespace: String?, ownsControllers: Bool) throws(ClusterError) {
    if ownsControllers { Keeper.runIfAsked() }
    self.blueprint = blueprint
    segmentName = SegmentName.of(namespace ?? blueprint.layout.name)
    if System.environment(Self.workerType) != nil {
      owned = nil
      watch = nil
      lifeline = nil
      wakeUp = -1
      return
    }
    lifeline = ownsControllers ? try Lifeline() : nil
    // Before there is memory: killed a moment later, this process would leave it behind.
    let name = segmentName
    keeper = try lifeline.map { lifeline throws(ClusterError) in
      try Keeper.start(for: name, executable: "/proc/self/exe", lifeline: lifeline)
    }
    do throws(ClusterError) { owned = try OwnedSegment(creating: blueprint, named: segmentName) } catch {
      Self.end(keeper)
      throw error
    }
    watch = owned.map { DeathWatch($0.segment) }
    wakeUp = try System.check("eventfd", linux_eventfd())
  }

  deinit {
    stop()
    if wakeUp >= 0 { close(wakeUp) }
  }

  /// The memory, for a look at the slots and rows. `nil` in a worker.
  public var segment: Segment? { owned?.segment }

  // MARK: Controllers

  /// Adds a process of this same program that hosts the next `slots` controllers, each a `Controller`.
  public func addController<Controller: RHController>(_ type: Controller.Type, slots: Int = 1) {
    let name = String(reflecting: type)
    if let wanted = System.environment(Self.workerType) {
      if wanted == name { Worker.main(type) }
      return
    }
    add(arguments: ["/proc/self/exe"], environment: [(Self.workerType, name)], directory: nil, slots: slots)
  }

  /// Adds a process that runs a program: any that registers as a controller.
  /// - Parameters:
  ///   - arguments: the executable first.
  ///   - environment: on top of this process's own.
  ///   - slots: how many controllers the process hosts.
  public func addController(
    _ arguments: [String], environment: [(name: String, value: String)] = [], directory: String? = nil, slots: Int = 1
  ) {
    if System.environment(Self.workerType) != nil { return }
    add(arguments: arguments, environment: environment, directory: directory, slots: slots)
  }

  private func add(
    arguments: [String], environment: [(name: String, value: String)], directory: String?, slots: Int
  ) {
    let first = controllers.last?.slots.upperBound ?? 0
    controllers.append(
      AddedController(
        arguments: arguments, environment: environment, directory: directory, slots: first..<(first + slots)))
  }

  /// Publishes the memory, starts the controllers and waits until all have registered.
  /// - Throws: `registrationTimeout` naming those that have not within `startup_timeout`, `slotOutOfRange` when more
  ///   controllers were added than the cluster has, `system`. Nothing is left behind then.
  public func start() throws(ClusterError) {
    do throws(ClusterError) {
      try startControllers()
    } catch {
      stop()
      throw error
    }
  }

  private func startControllers() throws(ClusterError) {
    guard let owned, let lifeline else {
      throw .failed("this worker process added no controller of the type it was started for")
    }
    if let last = controllers.last, last.slots.upperBound > blueprint.layout.slots {
      throw .slotOutOfRange(slot: last.slots.upperBound - 1, count: blueprint.layout.slots)
    }
    try publish(launcher: .current())
    try startThread { [self] in while !isEnding.load(ordering: .acquiring) { pollOnce() } }
    for controller in controllers { children.append(try spawn(controller, lifeline)) }
    try waitUntilRegistered(owned.segment)
  }

  private func spawn(_ controller: AddedController, _ lifeline: Lifeline) throws(ClusterError) -> Child {
    let readEnd = try lifeline.openReadEnd()
    defer { close(readEnd) }
    var request = SpawnRequest(controller.arguments)
    request.directory = controller.directory
    request.environment =
      controller.environment + [
        ("CCLUSTER_SEGMENT", segmentName), ("CCLUSTER_FIRST_SLOT", "\(controller.slots.lowerBound)"),
        ("CCLUSTER_SLOT_COUNT", "\(controller.slots.count)"), (Lifeline.environmentName, "3"),
      ]
    request.descriptors = [(STDOUT_FILENO, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO), (readEnd, 3)]
    let child = try Spawn.start(request)
    try Lifeline.tie(readEnd, to: child.pid)
    return child
  }

  private func waitUntilRegistered(_ segment: Segment) throws(ClusterError) {
    let timeout = segment.cluster.controllers.startupTimeout
    let end = System.monotonicNanoseconds + UInt64(timeout * 1e9)
    let expected = 0..<(controllers.last?.slots.upperBound ?? 0)
    while true {
      let missing = expected.filter {
        let state = segment.slot($0).lifecycle.state
        return state != .active && state != .idle && state != .failed
      }
      if missing.isEmpty { return }
      for (child, controller) in zip(children, controllers) where hasEnded(child) {
        throw .failed(
          "the process of controller \(segment.numbers[controller.slots.lowerBound]) ended before it had registered")
      }
      guard System.monotonicNanoseconds < end else {
        throw .registrationTimeout(missing: missing.map { "controller \(segment.numbers[$0])" }, seconds: timeout)
      }
      usleep(500)
    }
  }

  private func hasEnded(_ child: Child) -> Bool {
    var entry = pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  // MARK: The watch

  /// Controllers that are registered and let in.
  var registered: Int { watch.map { blueprint.layout.slots - $0.missing.count } ?? 0 }

  /// Lets openers in, and starts to listen for registrations.
  func publish(launcher: ProcessIdentity) throws(ClusterError) {
    guard let owned else { return }
    let bell = owned.segment.control.serverBell
    // Read before anybody can ring it, or the first registrations would be taken for old news.
    let first = bell.load()
    owned.publish(launcher: launcher)
    // A futex cannot be polled beside descriptors, so this thread turns one into the other.
    try startThread { [wakeUp, self] in
      var seen = first
      var one: UInt64 = 1
      while !isEnding.load(ordering: .acquiring) {
        bell.sleep(while: seen, nanoseconds: 1_000_000_000)
        let now = bell.load()
        if now != seen { write(wakeUp, &one, 8) }
        seen = now
      }
    }
  }

  /// Waits for the next event (at most a second) and handles it. Returns whether `extra` is readable.
  @discardableResult
  func pollOnce(extra: Int32 = -1) -> Bool {
    guard let watch else { return false }
    let descriptors = [wakeUp, extra] + watch.descriptors
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard poll(&entries, nfds_t(entries.count), 1000) > 0 else {
      // A worker may have died between its words and its ring.
      watch.admit()
      return false
    }
    for entry in entries.dropFirst(2) where entry.revents != 0 { watch.processEnded(entry.fd) }
    if entries[0].revents != 0 {
      var count: UInt64 = 0
      read(wakeUp, &count, 8)
      watch.admit()
    }
    return entries[1].revents != 0
  }

  private func startThread(_ body: @escaping @Sendable () -> Void) throws(ClusterError) {
    threads.append(try Thread.start(body))
  }

  // MARK: The end

  /// Tells everyone to end, without waiting.
  func beginStopping() { owned?.beginStopping() }

  /// Ends the controllers (they are asked, then terminated after one second, then killed after another) and removes the
  /// memory. May be called again.
  public func stop() {
    guard let owned, !isEnding.load(ordering: .acquiring) else { return }
    owned.beginStopping()
    for signal in [nil, SIGTERM, SIGKILL] {
      if let signal { for child in children where !hasEnded(child) { child.signalGroup(signal) } }
      let end = System.monotonicNanoseconds + 1_000_000_000
      while children.contains(where: { !hasEnded($0) }), System.monotonicNanoseconds < end { usleep(1000) }
    }
    for child in children {
      waitpid(child.pid, nil, 0)
      close(child.pidfd)
    }
    children = []
    isEnding.store(true, ordering: .releasing)
    var one: UInt64 = 1
    write(wakeUp, &one, 8)
    owned.segment.control.ringServer()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
    owned.remove()
    Self.end(keeper)
    keeper = nil
  }

  private static func end(_ keeper: Child?) {
    guard let keeper else { return }
    kill(keeper.pid, SIGKILL)
    waitpid(keeper.pid, nil, 0)
    close(keeper.pidfd)
  }
}
