import Glibc

@testable import ControlCluster

/// A cluster whose server is this process and whose controllers are processes of `ccluster-test-worker`. Ends with all it
/// started when it goes away.
final class TestCluster {
  let blueprint: TestBlueprint
  let server: ControlClusterServer
  private(set) var workers: [TestProcess] = []
  /// Those that run its controllers, when this memory is a head's.
  private(set) var hosts: TestHosts?
  private let isOver = Flag()
  private var poller: pthread_t?

  var name: String { server.segmentName }
  var segment: Segment { server.segment! }

  /// - Parameters:
  ///   - starts: whether all workers are started and have registered.
  ///   - polls: whether the server looks by itself; otherwise the test does with `server.pollOnce()`.
  init(_ blueprint: TestBlueprint = TestBlueprint(), starts: Bool = true, polls: Bool = true) throws {
    self.blueprint = blueprint
    let server = try ControlClusterServer(blueprint.make(), namespace: nil, ownsControllers: false)
    self.server = server
    Leftovers.add(segment: server.segmentName)
    try server.publish(launcher: .current())
    let isOver = isOver
    if polls { poller = try Thread.start { while !isOver.isSet { server.pollOnce() } } }
    guard starts else { return }
    for first in stride(from: 0, to: blueprint.controllers, by: blueprint.perProcess) {
      try startWorker(first..<min(first + blueprint.perProcess, blueprint.controllers))
    }
    try waitUntilRegistered(0..<blueprint.controllers) { if !polls { server.pollOnce() } }
  }

  /// A head whose controllers are on hosts beside it: one memory each, with workers of its own.
  /// - Parameter shares: how many controllers each host has.
  convenience init(_ blueprint: TestBlueprint, on shares: [Int], timeout: Double = 20, lost: LostHost = .end) throws {
    var head = blueprint
    head.controllers = shares.reduce(0, +)
    let settings = TestHosts.Settings(shares: shares, timeout: timeout, lost: lost)
    head.hosts = settings.described(index: 0)
    try self.init(head, starts: false)
    hosts = try TestHosts(settings, of: blueprint, head: self)
    try waitUntilRegistered(0..<head.controllers)
  }

  deinit { end() }

  func end() {
    guard isOver.set() else { return }
    for worker in workers { worker.end() }
    server.stop()
    hosts?.end()
    if let poller { pthread_join(poller, nil) }
    Leftovers.remove(segment: name)
  }

  @discardableResult
  func startWorker(
    _ slots: Range<Int>, environment: [(name: String, value: String)] = [], mergesErrors: Bool = false
  ) throws -> TestProcess {
    let worker = try TestProcess(
      .controller, slots: slots,
      environment: environment + [
        ("CCLUSTER_SEGMENT", name), ("CCLUSTER_FIRST_SLOT", "\(slots.lowerBound)"),
        ("CCLUSTER_SLOT_COUNT", "\(slots.count)"),
      ], mergesErrors: mergesErrors)
    workers.append(worker)
    return worker
  }

  func waitUntilRegistered(_ slots: Range<Int>, meanwhile poll: () -> Void = {}) throws {
    try waitUntil("controllers \(slots) have registered") {
      poll()
      return slots.allSatisfy { [.active, .idle, .failed].contains(state(of: $0)) }
    }
  }

  /// The newest process that was started for a slot.
  func worker(of slot: Int) -> TestProcess {
    hosts?.worker(of: slot) ?? workers.last { $0.slots.contains(slot) }!
  }

  func state(of slot: Int) -> SlotState { segment.slot(slot).lifecycle.state }

  func client() throws -> ControlClusterClient { try ControlClusterClient(attachingTo: name) }
}

extension ControlClusterClient {
  /// Tells a controller what to do in its next solves.
  func order(_ slot: Int, _ order: Order, _ argument: Double = 0) throws {
    try columns("robot_state", "order", as: Int32.self)[slot, 0] = order.rawValue
    try columns("robot_state", "argument", as: Double.self)[slot, 0] = argument
  }

  func command(_ slot: Int, _ field: String) throws -> [Float] {
    try columns("rhc_commands", field, as: Float.self).withRow(slot) { Array($0) }
  }

  func number(_ slot: Int) throws -> Double { try columns("rhc_commands", "number", as: Double.self)[slot, 0] }
}
