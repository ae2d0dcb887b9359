import Glibc
import Synchronization

@testable import ControlCluster

/// A cluster whose server is this process and whose controllers are processes of `ccluster-test-worker`. Ends with all it
/// started when it goes away.
final class TestCluster {
  let blueprint: TestBlueprint
  let server: ControlClusterServer
  private(set) var workers: [TestProcess] = []
  private let isOver = EndFlag()
  private let poller: pthread_t

  private final class EndFlag: Sendable { let value = Atomic<Bool>(false) }

  var name: String { server.segmentName }
  var segment: Segment { server.segment! }

  /// - Parameter starts: whether all workers are started and have registered.
  init(_ blueprint: TestBlueprint = TestBlueprint(), starts: Bool = true) throws {
    self.blueprint = blueprint
    let server = try ControlClusterServer(blueprint.make(), namespace: nil, ownsControllers: false)
    self.server = server
    Leftovers.add(segment: server.segmentName)
    server.publish(launcher: .current())
    let isOver = isOver
    poller = try Thread.start { while !isOver.value.load(ordering: .acquiring) { server.pollOnce() } }
    guard starts else { return }
    for first in stride(from: 0, to: blueprint.controllers, by: blueprint.perProcess) {
      try startWorker(first..<min(first + blueprint.perProcess, blueprint.controllers))
    }
    try waitUntilRegistered(0..<blueprint.controllers)
  }

  deinit { end() }

  func end() {
    guard !isOver.value.exchange(true, ordering: .acquiringAndReleasing) else { return }
    for worker in workers { worker.end() }
    server.stop()
    pthread_join(poller, nil)
    Leftovers.remove(segment: name)
  }

  @discardableResult
  func startWorker(_ slots: Range<Int>, environment: [(name: String, value: String)] = []) throws -> TestProcess {
    let worker = try TestProcess(
      .controller,
      environment: environment + [
        ("CCLUSTER_SEGMENT", name), ("CCLUSTER_FIRST_SLOT", "\(slots.lowerBound)"),
        ("CCLUSTER_SLOT_COUNT", "\(slots.count)"),
      ])
    workers.append(worker)
    return worker
  }

  func waitUntilRegistered(_ slots: Range<Int>) throws {
    try waitUntil("controllers \(slots) have registered") {
      slots.allSatisfy { [.active, .idle, .failed].contains(state(of: $0)) }
    }
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

/// What `robot_state.order` asks of a `ScriptedController`; the same numbers stand there.
enum Order: Int32 {
  /// number = argument, joint positions + 1, velocity = index, orientation as it is.
  case echo = 0
  /// Writes and then throws.
  case fail = 1
  /// Sleeps for `argument` seconds, then echoes.
  case sleep = 2
  /// Writes into the page of robot_state.
  case trespass = 3
  case exit = 4
  /// Writes checksummed `telemetry` rows for `argument` seconds.
  case telemetry = 5
  /// Fills `bulk` with the byte `argument`.
  case fillBulk = 6
}
