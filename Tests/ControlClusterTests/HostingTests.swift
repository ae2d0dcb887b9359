import Glibc
import Testing

@testable import ControlCluster

@Suite("A process that hosts several controllers")
struct HostingTests {
  @Test("one that cannot be built ends its process with a message that names those that go with it, and nobody else")
  func throwingInit() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 4, perProcess: 3))
      let client = try cluster.client()
      for slot in 0..<4 { try client.order(slot, .echo, 7) }
      #expect(try client.solve().solved == 4)
      cluster.worker(of: 0).signal(SIGKILL)
      try waitUntil("deaths") { (0..<3).allSatisfy { client.state(of: $0) == .dead } }
      let successor = try cluster.startWorker(
        0..<3, environment: [("CCLUSTER_TEST_BUILD", "throw-1")], mergesErrors: true)
      #expect(
        successor.readLine()
          == "controller 1 could not be built: this controller cannot be built (its process ends, and "
          + "with it controllers 0 and 2)")
      #expect(try successor.waitForEnd() == 1)
      try waitUntil("deaths") { (0..<3).allSatisfy { cluster.segment.slot($0).lifecycle == Lifecycle(2, .dead) } }
      try client.order(3, .echo, 8)
      let report = try client.solve()
      #expect(report.participants == 1 && report.solved == 1)
      // All rows hold what they did.
      #expect(try (0..<4).map { try client.number($0) } == [7, 7, 7, 8])
      try cluster.startWorker(0..<3)
      try cluster.waitUntilRegistered(0..<4)
      #expect(try client.solve().solved == 4)
    }
  }

  @Test("none takes part before all of its process are built: a step would wait for the others' building")
  func slowInit() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 4, perProcess: 3), starts: false)
      let client = try cluster.client()
      let worker = try cluster.startWorker(0..<3, environment: [("CCLUSTER_TEST_BUILD", "sleep-2")])
      try cluster.startWorker(3..<4)
      try cluster.waitUntilRegistered(3..<4)
      #expect(worker.readLine() == "building 2")
      #expect((0..<3).map { cluster.segment.slot($0).prepared.load() } == [0, 0, 0])
      #expect((0..<3).map(client.state) == [.registering, .registering, .registering])
      let report = try client.solve()
      #expect(report.participants == 1 && report.solved == 1)
    }
  }
}
