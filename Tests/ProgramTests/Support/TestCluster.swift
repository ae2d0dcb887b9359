import Glibc
import Synchronization

@testable import ControlCluster

/// The built programs, run as a launcher would run them: server and workers until `stop()`, simulators as the test likes.
final class TestCluster {
  let segment: Segment
  private let name: String
  private let server: Child
  private let link: ServerLink
  private let lifeline: Lifeline
  private(set) var workers: [ChildProcess] = []
  private var isRunning = true

  private static let serial = Atomic<Int>(0)

  /// The programs are built beside the test bundle.
  static let directory: String = {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let text = String(decoding: path[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(text[..<(text.lastIndex(of: "/") ?? text.startIndex)])
  }()

  /// Starts server and workers.
  init(_ test: TestBlueprint = TestBlueprint()) throws {
    name = "programs-\(getpid())-\(Self.serial.add(1, ordering: .relaxed).newValue)"
    let blueprint = test.blueprint(named: name)
    lifeline = try Lifeline()
    let image = try Self.image(of: blueprint)
    defer { close(image) }
    let (mine, theirs) = try ServerLink.pair()
    link = mine
    var request = SpawnRequest(["\(Self.directory)/ccluster-server"])
    request.environment = [("CCLUSTER_SEGMENT", SegmentName.of(name))]
    request.descriptors = [
      (STDERR_FILENO, STDERR_FILENO), (image, LaunchedServer.imageDescriptor),
      (theirs.descriptor, LaunchedServer.linkDescriptor), (lifeline.writeEnd, LaunchedServer.lifelineDescriptor),
    ]
    server = try Spawn.start(request)
    close(theirs.descriptor)
    let message = try mine.receive()
    guard message?.kind == .ready else { throw ClusterError.failed(message?.text ?? "the server ended") }
    segment = try Segment.attach(to: name, as: .observer)
    var slot = 0
    while slot < test.count {
      let slots = min(test.perProcess, test.count - slot)
      let worker = try start(
        "ccluster-controller", [("CCLUSTER_FIRST_SLOT", "\(slot)"), ("CCLUSTER_SLOT_COUNT", "\(slots)")])
      try mine.send(.child, number: worker.child.pid, descriptor: worker.child.pidfd)
      workers.append(worker)
      slot += slots
    }
  }

  private static func image(of blueprint: ClusterBlueprint) throws -> Int32 {
    var path = Array("/tmp/ccluster-image-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
    let descriptor = try System.call("mkstemp") { mkstemp(&path) }
    unlink(path)
    try System.writeAll(descriptor, blueprint.encode())
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  /// Waits until every controller is let in; throws when one of the workers ends instead.
  func waitUntilActive() throws {
    try waitUntil("all controllers are active") {
      for worker in workers where worker.hasEnded {
        throw ClusterError.failed("a worker ended: \(worker.finish().error)")
      }
      return (0..<segment.layout.slots).allSatisfy { segment.slotSnapshot($0).state == .active }
    }
  }

  /// Waits until a controller has solved that often.
  func waitUntil(controller: Int, hasSolved count: Int) throws {
    try waitUntil("controller \(controller) has solved \(count) times") {
      segment.slotSnapshot(controller).solves >= count
    }
  }

  /// - Throws: after 20 s, so that a test that waits in vain fails instead of hanging.
  private func waitUntil(_ what: String, _ isTrue: () throws -> Bool) throws {
    let end = System.monotonicNanoseconds + 20_000_000_000
    while try !isTrue() {
      guard System.monotonicNanoseconds < end else { throw ClusterError.failed("waited in vain until \(what)") }
      usleep(1000)
    }
  }

  func startSimulator(_ environment: [(name: String, value: String)] = []) throws -> ChildProcess {
    try start("ccluster-simulator", environment)
  }

  /// Runs a simulator to its end.
  func simulate(_ environment: [(name: String, value: String)] = []) throws -> ChildProcess.Result {
    try waitUntilActive()
    return try startSimulator(environment).finish()
  }

  private func start(_ program: String, _ environment: [(name: String, value: String)]) throws -> ChildProcess {
    try ChildProcess(
      ["\(Self.directory)/\(program)"], environment: [("CCLUSTER_SEGMENT", SegmentName.of(name))] + environment)
  }

  /// A field of all rows as numbers.
  func values(_ buffer: String, _ field: String) throws -> [[Double]] {
    let type = try segment.field(buffer, field).1.elementType
    switch type {
    case .f32: return rows(try ColumnView<Float>(segment, buffer, field)) { Double($0) }
    case .f64: return rows(try ColumnView<Double>(segment, buffer, field)) { $0 }
    case .i32: return rows(try ColumnView<Int32>(segment, buffer, field)) { Double($0) }
    default: return rows(try ColumnView<UInt8>(segment, buffer, field)) { Double($0) }
    }
  }

  private func rows<Element>(_ view: ColumnView<Element>, _ number: (Element) -> Double) -> [[Double]] {
    (0..<view.rows).map { row in (0..<view.columns).map { number(view[row, $0]) } }
  }

  func askToStop() throws { try link.send(.stop) }

  /// Waits for a worker to end by itself.
  func finishWorker(_ index: Int) -> ChildProcess.Result { workers[index].finish() }

  /// Ends all of it, and waits. May be called again; a test whose last word is not to the cluster calls it at its end, so
  /// that the cluster lives until then.
  func stop() {
    guard isRunning else { return }
    isRunning = false
    for worker in workers { worker.kill() }
    try? link.send(.close)
    var entry = pollfd(fd: server.pidfd, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, 20_000) == 0 { server.signalGroup(SIGKILL) }
    waitpid(server.pid, nil, 0)
    close(server.pidfd)
    close(link.descriptor)
  }

  deinit { stop() }
}
