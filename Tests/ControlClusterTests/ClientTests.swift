import Glibc
import Testing

@testable import ControlCluster

@Suite("The one client")
struct ClientTests {
  @Test("a second client is refused with the first one's pid, and does not take its place by going away")
  func exclusive() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster()
      let process = try TestProcess(.client, environment: [("CCLUSTER_SEGMENT", cluster.name)])
      #expect(process.readLine() == "triggered")
      let taken = ClusterError.clientTaken(segment: cluster.name, owner: process.pid)
      for _ in 0..<3 { #expect(throws: taken) { try cluster.client() } }
      process.end()
      var first: ControlClusterClient? = try cluster.client()
      for _ in 0..<3 {
        #expect(throws: ClusterError.clientTaken(segment: cluster.name, owner: getpid())) { try cluster.client() }
      }
      try waitUntil("the worker is free") { try first!.solve().solved == 1 }
      first = nil
      #expect(cluster.segment.client == .nobody)
      #expect(try cluster.client().solve().solved == 1)
    }
  }

  @Test("a successor settles the step that its killed predecessor left in flight, and goes on after it")
  func successor() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      var client: ControlClusterClient? = try cluster.client()
      try client!.order(0, .sleep, 0.3)
      try client!.order(1, .echo, 1)
      client = nil
      let process = try TestProcess(.client, environment: [("CCLUSTER_SEGMENT", cluster.name)])
      #expect(process.readLine() == "triggered")
      try waitUntil("controller 1 has answered") { cluster.segment.slot(1).step.status == .solved }
      #expect(cluster.segment.slot(0).step == StepWord(1, .due))
      process.end()
      let successor = try cluster.client()
      #expect(cluster.segment.slot(0).step == StepWord(1, .late))
      let report = try successor.solve()
      #expect(report.generation == 2 && report.participants == 1 && report.solved == 1)
      try successor.order(0, .echo, 2)
      try waitUntil("controller 0 has caught up") { try successor.solve().solved == 2 }
    }
  }

  @Test("a client that lets go with a step in flight leaves it to the next, too")
  func letGo() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 3))
      for step in 1...50 {
        let client = try cluster.client()
        try client.trigger()
        if step % 2 == 0 { #expect(try client.wait().generation == UInt32(step)) }
      }
      let last = try cluster.client()
      try waitUntil("all take part") { try last.solve().solved == 3 }
    }
  }

  @Test("a stopping cluster tells the client, in the middle of a step or before it")
  func stopping() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster()
      let client = try cluster.client()
      try client.order(0, .telemetry, 60)
      try client.trigger()
      let telemetry = try client.row("telemetry", of: 0)
      let words = try telemetry.field("words", as: UInt64.self)
      try waitUntil("the controller is in the middle of it") {
        telemetry.read()
        return words[0] > 0
      }
      #expect(!client.isStopping)
      cluster.server.beginStopping()
      #expect(client.isStopping)
      #expect(throws: ClusterError.stopped(segment: cluster.name)) { try client.wait() }
      let other = try TestCluster()
      let idle = try other.client()
      other.server.beginStopping()
      #expect(throws: ClusterError.stopped(segment: other.name)) { try idle.solve() }
      #expect(throws: ClusterError.stopped(segment: other.name)) { try idle.activate([0]) }
      #expect(try other.workers[0].waitForEnd() == 0)
      // An attached client keeps its claim; another is told that it comes too late.
      #expect(throws: ClusterError.stopped(segment: other.name)) { try other.client() }
    }
  }

  @Test("without the environment of a launch a program says what is missing")
  func environment() throws {
    guard System.environment("CCLUSTER_SEGMENT") == nil else { return }
    #expect(throws: ClusterError.environment(name: "CCLUSTER_SEGMENT", value: nil)) {
      try ControlClusterClient.fromEnvironment()
    }
    #expect(throws: ClusterError.environment(name: "CCLUSTER_FIRST_SLOT", value: nil)) {
      try Worker.slotsFromEnvironment()
    }
  }
}
