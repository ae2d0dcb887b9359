import Glibc
import Testing

@testable import ControlCluster

// What is asked beside the steps changes no row before the next one, for the client may be reading it.
extension OnFailureTests {
  @Test("deactivated: its row stays until the next step, which it takes no part in", arguments: cases)
  func deactivated(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.deactivate([1])
      #expect(client.state(of: 1) == .idle && client.rows(of: 1) == .solved)
      #expect(try Row.of(client, 1) == .solved(7, slot: 1))
      let report = try client.solve()
      #expect(report.participants == 2 && report.allSolved && client.outcome(of: 1) == .free)
      #expect(try Row.of(client, 1) == .initial && client.rows(of: 1) == .initial)
      try Self.expectSolved(client, [0, 2], 8)
      #expect(try client.solve().participants == 2)
      try client.activate([1])
      #expect(try client.solve().participants == 3)
      try Self.expectSolved(client, [0, 1, 2], 8)
    }
  }

  @Test("deactivated and activated again before the next step, it takes part in that", arguments: cases)
  func reactivated(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.deactivate([1])
      try client.activate([1])
      #expect(try Row.of(client, 1) == .solved(7, slot: 1))
      #expect(try client.solve().solved == 3)
      try Self.expectSolved(client, [0, 1, 2], 8)
    }
  }

  @Test("deactivated, its row is initial after the next step even if it dies before that", arguments: cases)
  func deactivatedAndKilled(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.deactivate([1])
      cluster.worker(of: 1).signal(SIGKILL)
      try waitUntil("its death is declared") { client.state(of: 1) == .dead }
      #expect(try Row.of(client, 1) == .solved(7, slot: 1))
      #expect(try client.solve().died >= 1)
      #expect(client.outcome(of: 1) == .died)
      #expect(try Row.of(client, 1) == .initial && client.rows(of: 1) == .initial)
      #expect(try client.solve().died == 0)
    }
  }

  @Test("reset by a request: its row stays until it has solved again", arguments: cases)
  func requestedReset(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.request(.reset, [1])
      #expect(try Row.of(client, 1) == .solved(7, slot: 1) && client.rows(of: 1) == .solved)
      #expect(try client.solve().solved == 3)
      try Self.expectSolved(client, [0, 1, 2], 8)
    }
  }

  @Test("reset by a request, and then it cannot solve: what it solved before the reset is gone", arguments: cases)
  func requestedResetThenFailed(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.request(.reset, [1])
      try client.order(1, .fail, 8)
      #expect(try client.solve().failed == 1)
      #expect(try Row.of(client, 1) == .initial && client.rows(of: 1) == .initial)
    }
  }

  @Test("a failed one is reset by a request, and solves again", arguments: cases)
  func recovers(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.order(1, .fail, 8)
      #expect(try client.solve().failed == 1)
      let left = try Row.of(client, 1)
      try client.order(1, .echo, 8)
      try client.request(.reset, [1])
      #expect(try Row.of(client, 1) == left && client.rows(of: 1) == Self.contents(of.policy))
      #expect(try client.solve().solved == 3)
      try Self.expectSolved(client, [0, 1, 2], 8)
    }
  }

  // Not on hosts: what the simulator has written since the last step, as the order to fail, gets there with the next one.
  @Test(
    "a reset that was requested and throws: on_failure takes effect in the next step",
    arguments: cases.filter { !$0.isRemote })
  func requestedResetThrows(_ of: Case) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(of)
      defer { cluster.end() }
      try client.order(1, .fail, -1)
      try client.request(.reset, [1])
      #expect(client.state(of: 1) == .failed && client.failureMessage(of: 1) == "reset: asked to fail the reset")
      #expect(try Row.of(client, 1) == .solved(7, slot: 1) && client.rows(of: 1) == .solved)
      let report = try client.solve()
      #expect(report.participants == 2 && report.solved == 2 && client.outcome(of: 1) == .free)
      #expect(try Row.of(client, 1) == Row.solved(7, slot: 1).after(of.policy))
      #expect(client.rows(of: 1) == Self.contents(of.policy))
    }
  }

  @Test("what a controller with a loop of its own does not write after a requested reset has its initial value")
  func partialRows() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 1), starts: false)
      let session = try ControllerSession(on: Segment.attach(to: cluster.name, as: .controller), slots: 0..<1)
      let position = try session.contexts[0].output("rhc_commands", "joint_position")
      session.beReady()
      try cluster.waitUntilRegistered(0..<1)
      let client = try cluster.client()
      func step(_ write: () -> Void) throws {
        try client.trigger()
        #expect(try session.next() == .init(slot: 0, kind: .solve))
        write()
        try session.settle()
        #expect(try client.wait().allSolved)
      }
      try step { position.write([1, 2, 3, 4]) }
      try client.segment.begin(.reset, [0])
      #expect(try session.next() == .init(slot: 0, kind: .reset))
      try session.settle()
      #expect(client.segment.unanswered(.reset, [0]).isEmpty)
      #expect(try client.command(0, "joint_position") == [1, 2, 3, 4])
      try step { position[1] = 9 }
      var expected = TestBlueprint.homing.map(Float.init)
      expected[1] = 9
      #expect(try client.command(0, "joint_position") == expected)
    }
  }
}
