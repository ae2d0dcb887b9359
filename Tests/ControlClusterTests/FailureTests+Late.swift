import Glibc
import Testing

@testable import ControlCluster

// Those that are late, and catch up or do not.
extension FailureTests {
  @Test("a stopped process is late after solve_timeout, is left out, and takes part again once it has caught up")
  func late() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2, onFailure: .homing, solveTimeout: 0.2))
      let client = try cluster.client()
      try Self.prime(client)
      cluster.workers[1].signal(SIGSTOP)
      let report = try client.solve()
      #expect(report.late == 1 && report.solved == 1)
      #expect(report.duration > 0.2 && report.duration < 5)
      #expect(client.outcome(of: 1) == .late && client.state(of: 1) == .active)
      // Its row may still change: copies hold what on_failure says.
      let view = try client.columns("rhc_commands", "joint_position", as: Float.self)
      var copy = [Float](repeating: -1, count: 8)
      try client.copy(view, into: &copy)
      #expect(copy == [2, 3, 4, 5] + Self.homing)
      #expect(try client.solve().participants == 1)
      #expect(client.outcome(of: 1) == .free)
      cluster.workers[1].signal(SIGCONT)
      try client.order(1, .echo, 21)
      try waitUntil("it takes part again") { try client.solve().solved == 2 }
      #expect(try client.number(1) == 21)
      try client.copy(view, into: &copy)
      #expect(copy == [2, 3, 4, 5, 2, 3, 4, 5])
    }
  }

  @Test("a controller that solves for longer than solve_timeout is late, and its late row is not lost")
  func slow() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 1, solveTimeout: 0.1))
      let client = try cluster.client()
      try client.order(0, .sleep, 0.4)
      #expect(try client.solve().late == 1)
      let view = try client.columns("rhc_commands", "joint_position", as: Float.self)
      var copy = [Float](repeating: -1, count: 4)
      try client.copy(view, into: &copy)
      #expect(copy == [-1, -1, -1, -1])
      #expect(throws: ClusterError.wrongCount(what: "copy", found: 3, expected: 4)) {
        var short = [Float](repeating: 0, count: 3)
        try client.copy(view, into: &short)
      }
      #expect(try client.solve().participants == 0)
      try waitUntil("it has caught up") { cluster.segment.slot(0).step.status == .free }
      #expect(try client.number(0) == 0.4)
      try client.order(0, .echo, 5)
      #expect(try client.solve().solved == 1)
    }
  }

  @Test("a late process that is killed is dead, and its successor in the slot is not late")
  func lateAndKilled() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2, solveTimeout: 0.1))
      let client = try cluster.client()
      cluster.workers[0].signal(SIGSTOP)
      #expect(try client.solve().late == 1)
      cluster.workers[0].signal(SIGKILL)
      try waitUntil("death") { client.state(of: 0) == .dead }
      #expect(try client.solve().participants == 1)
      try cluster.startWorker(0..<1)
      try cluster.waitUntilRegistered(0..<2)
      #expect(cluster.segment.slot(0).step.status == .free)
      try client.order(0, .echo, 3)
      #expect(try client.solve().solved == 2)
      #expect(try client.number(0) == 3)
      let snapshot = cluster.segment.slotSnapshot(0)
      #expect(snapshot.incarnation == 1 && snapshot.restarts == 1 && snapshot.pid == cluster.workers[2].pid)
    }
  }
}
