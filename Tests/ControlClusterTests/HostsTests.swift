import ClusterHosts
import Glibc
import Testing

@testable import ControlCluster

@Suite("Controllers on several hosts")
struct HostsTests {
  /// Two hosts with one and with three controllers, a process each; each has solved once with 7.
  static func cluster(
    timeout: Double = 20, lost: LostHost = .end, activate: Bool = true
  ) throws -> (TestCluster, ControlClusterClient) {
    let blueprint = TestBlueprint(activate: activate, onFailure: .homing)
    let cluster = try TestCluster(blueprint, on: [1, 3], timeout: timeout, lost: lost)
    let client = try cluster.client()
    for slot in 0..<4 { try client.order(slot, .echo, 7) }
    if activate { #expect(try client.solve().solved == 4) }
    return (cluster, client)
  }

  @Test("each controller reads its own row and answers in it, wherever it is")
  func rows() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster()
      defer { cluster.end() }
      for step in 1...20 {
        for slot in 0..<4 { try client.order(slot, .echo, Double(100 * slot + step)) }
        #expect(try client.solve().allSolved)
        for slot in 0..<4 { #expect(try client.number(slot) == Double(100 * slot + step)) }
      }
      let snapshot = cluster.segment.slotSnapshot(3)
      #expect(snapshot.solves == 21 && snapshot.totalSolveTime > 0)
      #expect(cluster.segment.totals().solveDurations.reduce(0, +) == 84)
    }
  }

  @Test("one that is killed is dead in the report, its neighbours on that host solve, and a successor takes part again")
  func killed() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster()
      defer { cluster.end() }
      try client.order(2, .sleep, 60)
      try client.trigger()
      cluster.worker(of: 2).signal(SIGKILL)
      let report = try client.wait()
      #expect(report.died == 1 && report.solved == 3 && client.outcome(of: 2) == .died)
      #expect(client.rows(of: 2) == .initial)
      #expect(try client.solve().participants == 3)
      let (host, local) = cluster.hosts!.place(of: 2)
      try host.startWorker(local..<local + 1)
      try cluster.waitUntilRegistered(2..<3)
      #expect(cluster.segment.slotSnapshot(2).restarts == 1)
      try client.order(2, .echo, 9)
      #expect(try client.solve().solved == 4)
      #expect(try client.number(2) == 9)
    }
  }

  @Test("one that is late holds up nobody beyond the deadline, and comes back")
  func late() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster()
      defer { cluster.end() }
      try client.order(2, .sleep, 0.5)
      let report = try client.solve(timeout: 0.1)
      #expect(report.late == 1 && report.solved == 3 && client.outcome(of: 2) == .late)
      try client.order(2, .echo, 8)
      #expect(try client.solve().participants >= 3)
      try waitUntil("it has caught up") { cluster.segment.slot(2).step.status != .late }
      let again = try client.solve()
      #expect(again.solved == 4, "\(again) \(client.outcome(of: 2)) \(client.failureMessage(of: 2))")
      #expect(try client.number(2) == 8)
    }
  }

  @Test("what is asked beside the steps reaches controllers on hosts")
  func requests() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(activate: false)
      defer { cluster.end() }
      #expect(try client.solve().participants == 0)
      try client.activate([1, 3])
      #expect(try client.solve().solved == 2)
      let (host, local) = cluster.hosts!.place(of: 3)
      #expect(host.state(of: local) == .active && cluster.hosts!.clusters[0].state(of: 0) == .idle)
      try client.deactivate([1])
      #expect(try client.solve().solved == 1)
      try client.request(.reset, [3])
      #expect(try client.solve().solved == 1)
    }
  }

  @Test("what is done to a controller on its host beside the head is undone, or told as a failure")
  func differing() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster()
      defer { cluster.end() }
      let (host, local) = cluster.hosts!.place(of: 2)
      let there = try Segment.attach(to: host.name, as: .tool)
      try there.request(.deactivate, [local], timeout: 10)
      #expect(host.state(of: local) == .idle)
      #expect(try client.solve().solved == 4)
      #expect(host.state(of: local) == .active)
      // It cannot solve there, of which the head has not heard.
      try client.order(2, .fail, -1)
      #expect(try client.solve().failed == 1)
      try client.order(2, .echo, 5)
      #expect(try client.reset([2]).solved == 1)
      #expect(try client.solve().solved == 4)
    }
  }

  @Test("a request that is withdrawn is withdrawn on the host")
  func withdrawn() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster()
      defer { cluster.end() }
      cluster.worker(of: 2).signal(SIGSTOP)
      #expect(throws: ClusterError.self) { try client.request(.deactivate, [2], timeout: 0.2) }
      let (host, local) = cluster.hosts!.place(of: 2)
      try waitUntil("the host knows") { host.segment.unanswered(.deactivate, [local]).isEmpty }
      cluster.worker(of: 2).signal(SIGCONT)
      #expect(try client.solve().solved == 4)
    }
  }

  @Test("latest rows go both ways: a tool's to the hosts, controllers' to the head")
  func latest() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster()
      defer { cluster.end() }
      let tool = try Segment.attach(to: cluster.name, as: .tool)
      let goal = try tool.row("goal", of: 2)
      try goal.field("words", as: UInt64.self)[5] = 4711
      try goal.write()
      let (host, local) = cluster.hosts!.place(of: 2)
      try waitUntil("the goal is there") {
        let there = try host.segment.row("goal", of: local)
        return try there.field("words", as: UInt64.self)[5] == 4711
      }
      _ = client
    }
  }

  @Test("a host that falls silent ends the run, or its controllers alone", arguments: [LostHost.end, .continue])
  func silent(_ lost: LostHost) throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(timeout: 0.5, lost: lost)
      defer { cluster.end() }
      cluster.hosts!.wires[1].isCut.set()
      let report = try client.solve()
      #expect(report.solved == 1 && report.died == 3)
      for slot in 1..<4 { #expect(client.outcome(of: slot) == .died && client.rows(of: slot) == .initial) }
      try waitUntil("the host's own end gives up") { cluster.hosts!.ends.withLock { $0[2] } != nil }
      #expect(cluster.hosts!.ends.withLock { $0[2] } == "the head is lost: no answer for 0.5 s")
      switch lost {
      case .end:
        try waitUntil("the head gives up") { cluster.hosts!.ends.withLock { $0[0] } != nil }
        #expect(cluster.hosts!.ends.withLock { $0[0] } == "host host1 is lost: no answer for 0.5 s")
      case .continue:
        for _ in 0..<5 { #expect(try client.solve().solved == 1) }
        #expect(cluster.hosts!.ends.withLock { $0[0] } == nil)
      }
    }
  }

  @Test("a host whose own cluster ends says so")
  func ended() throws {
    try Watchdog.guarding {
      let (cluster, client) = try Self.cluster(lost: .continue)
      defer { cluster.end() }
      cluster.hosts!.clusters[1].server.beginStopping()
      try waitUntil("its controllers are dead") { (1..<4).allSatisfy { cluster.state(of: $0) == .dead } }
      #expect(try client.solve().solved == 1)
      try waitUntil("its agent has ended") { cluster.hosts!.ends.withLock { $0[2] } != nil }
      #expect(cluster.hosts!.ends.withLock { $0[2] } == "its cluster has ended")
    }
  }

  @Test("a run that ends in order ends its hosts in order")
  func end() throws {
    try Watchdog.guarding {
      let (cluster, _) = try Self.cluster()
      cluster.server.beginStopping()
      try waitUntil("all agents have ended") { cluster.hosts!.ends.withLock { $0.allSatisfy { $0 == "in order" } } }
      cluster.end()
    }
  }

  @Test("a host of another version, share or layout is refused with what to do, and says the same thing to itself")
  func hello() throws {
    let hosts = ClusterDescription.Hosts(
      index: 1, shares: [HostShare(name: "a", first: 0, count: 1), HostShare(name: "b", first: 1, count: 2)],
      timeout: 10, lost: .end, latestRate: 50)
    let cluster = try TestCluster(TestBlueprint(controllers: 2, hosts: hosts), starts: false)
    defer { cluster.end() }
    let mine = Hello(cluster.segment, hosts)
    #expect(mine.share == 1..<3 && mine.objection(to: mine) == nil)
    guard case .hello(let told) = Note(Note.hello(mine).encoded) else {
      Issue.record("a hello is a hello")
      return
    }
    #expect(told == mine)
    func objection(_ change: (inout Hello) -> Void) -> String {
      var other = mine
      change(&other)
      return other.objection(to: mine).map { "\($0)" } ?? "none"
    }
    #expect(objection { $0.version = "0.0.9" }.contains("it has ControlCluster 0.0.9, and the head has"))
    #expect(objection { $0.wire += 1 }.contains("install the same on all hosts"))
    #expect(objection { $0.share = 0..<2 }.contains("two launches meet"))
    #expect(objection { $0.rowHash &+= 1 }.contains("install the same build on all hosts"))
    #expect(objection { $0.clock += 3600 } == "none")
  }

  @Test("notes come out of the wire as they went in")
  func notes() {
    let notes: [Note] = [
      .up(slot: 3, registration: 12), .down(slot: 0), .caughtUp(slot: 2), .failed(slot: 1, why: "it \"fell\"\n"),
      .done(slot: 1, [.reset, .activate], failure: nil), .done(slot: 1, .reset, failure: "no"), .goodbye("over"),
      .welcome, .refused("old"), .request(slot: 5, .deactivate), .withdrawal(slot: 5, .reset), .stop(isComplete: false),
      .beat,
      .latest([1, 2, 3]),
    ]
    for note in notes { #expect(Note(note.encoded) == note) }
    for bytes in [[], [0], Array("{}".utf8), Array("{\"note\":\"up\"}".utf8), Array("{\"note\":7}".utf8)] as [[UInt8]] {
      #expect(Note(bytes) == nil)
    }
  }
}
