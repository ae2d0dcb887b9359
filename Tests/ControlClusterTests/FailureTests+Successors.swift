import Glibc
import Testing

@testable import ControlCluster

// Those that take a dead one's place.
extension FailureTests {
  @Test("a successor keeps the state that its predecessor had", arguments: [true, false])
  func stateAcrossRestart(_ isActive: Bool) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(activate: !isActive))
      let client = try cluster.client()
      if isActive { try client.activate([0]) } else { try client.deactivate([0]) }
      cluster.workers[0].signal(SIGKILL)
      try waitUntil("death") { client.state(of: 0) == .dead }
      try cluster.startWorker(0..<1)
      try cluster.waitUntilRegistered(0..<1)
      #expect(client.state(of: 0) == (isActive ? .active : .idle))
    }
  }

  @Test("a successor that is faster than the server's eye waits for the burial, and is let in")
  func fastSuccessor() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(polls: false)
      let client = try cluster.client()
      try client.order(0, .sleep, 60)
      try client.trigger()
      cluster.workers[0].signal(SIGKILL)
      _ = try cluster.workers[0].waitForEnd()
      let successor = try cluster.startWorker(0..<1)
      let bell = cluster.segment.control.serverBell.load()
      try waitUntil("the successor waits for its slot") { cluster.segment.control.serverBell.load() > bell &+ 5 }
      #expect(client.state(of: 0) == .active)
      try waitUntil("it is let in") {
        cluster.server.pollOnce()
        return cluster.segment.slotSnapshot(0).pid == successor.pid && client.state(of: 0) == .active
      }
      #expect(try client.wait().died == 1)
      try client.order(0, .echo, 4)
      #expect(try client.solve().solved == 1)
    }
  }

  @Test("a second process for a slot that is taken is refused, with the pid that has it")
  func slotTaken() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      #expect(try cluster.startWorker(1..<2).waitForEnd() == 1)
      #expect(try cluster.startWorker(2..<3).waitForEnd() == 1)
      #expect(try cluster.client().solve().solved == 2)
      #expect(cluster.segment.slotSnapshot(1).pid == cluster.workers[1].pid)
    }
  }

  @Test("a storm of kills in the middle of steps: every step returns with everybody accounted for")
  func killStorm() throws {
    try Watchdog.guarding(50) {
      let cluster = try TestCluster(TestBlueprint(controllers: 4))
      let client = try cluster.client()
      var generator = SplitMix64(seed: 11)
      var died = 0
      for step in 1...60 {
        for slot in 0..<4 { try client.order(slot, .sleep, 0.001) }
        try client.trigger()
        let victim = Int.random(in: 0..<4, using: &generator)
        usleep(UInt32.random(in: 0..<2500, using: &generator))
        let incarnation = cluster.segment.slot(victim).lifecycle.incarnation
        cluster.worker(of: victim).signal(SIGKILL)
        let report = try client.wait()
        #expect(report.solved + report.died == 4, "step \(step): \(report)")
        died += report.died
        try waitUntil("death") { cluster.segment.slot(victim).lifecycle.incarnation == incarnation &+ 1 }
        try cluster.startWorker(victim..<victim + 1)
        try cluster.waitUntilRegistered(0..<4)
      }
      // Both kinds must have come about: killed before the answer, and after it.
      #expect(died > 5 && died < 60, "\(died)")
      #expect((0..<4).reduce(0) { $0 + cluster.segment.slotSnapshot($1).restarts } == 60)
    }
  }
}
