import Glibc
import Testing

@testable import ControlCluster

@Suite("The timeout of one call")
struct TimeoutTests {
  @Test("it takes the place of solve_timeout, shorter or longer, and the next call has that of the config again")
  func replaces() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2, solveTimeout: 0.05))
      let client = try cluster.client()
      try client.order(1, .sleep, 0.3)
      #expect(try client.solve(timeout: .infinity).solved == 2)
      let late = try client.solve(timeout: 0.01)
      #expect(late.late == 1 && late.solved == 1 && late.duration >= 0.01)
      try waitUntil("it has caught up") { cluster.segment.slot(1).step.status == .free }
      #expect(try client.solve(timeout: 1e12).solved == 2)
      #expect(try client.solve().late == 1)
      try waitUntil("it has caught up") { cluster.segment.slot(1).step.status == .free }
      try client.order(1, .echo)
      #expect(try client.solve(timeout: 20).solved == 2)
    }
  }

  @Test("0 takes what is there and waits for nobody")
  func zero() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      let client = try cluster.client()
      try client.order(1, .sleep, 60)
      try client.trigger()
      try waitUntil("the other has solved") { cluster.segment.slot(0).step.status == .solved }
      let report = try client.wait(timeout: 0)
      #expect(report.solved == 1 && report.late == 1)
      #expect(client.outcome(of: 0) == .solved && client.outcome(of: 1) == .late)
    }
  }

  @Test("it counts from wait(), so that a simulator that works meanwhile takes nothing from the controllers")
  func fromWait() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 1))
      let client = try cluster.client()
      try client.order(0, .sleep, 0.05)
      try client.trigger()
      try waitUntil("it has solved") { cluster.segment.slot(0).step.status == .solved }
      #expect(try client.wait(timeout: 0.001).solved == 1)
    }
  }

  @Test("a reset has one, too")
  func reset() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      let client = try cluster.client()
      cluster.workers[1].signal(SIGSTOP)
      let report = try client.reset(timeout: 0.02)
      #expect(report.solved == 1 && report.late == 1)
      cluster.workers[1].signal(SIGCONT)
      try waitUntil("it takes part again") { try client.solve().solved == 2 }
    }
  }

  @Test("one that is no time is an error, and changes nothing", arguments: [-1, -Double.infinity, .nan])
  func invalid(_ timeout: Double) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster()
      let client = try cluster.client()
      let error = ClusterError.parameter("a step's timeout is a number of seconds from 0 on, not \(timeout)")
      #expect(throws: error) { try client.solve(timeout: timeout) }
      #expect(throws: error) { try client.reset(timeout: timeout) }
      try client.trigger()
      #expect(throws: error) { try client.wait(timeout: timeout) }
      #expect(try client.wait().solved == 1)
    }
  }
}
