import Glibc
import Testing

@testable import ControlCluster

@Suite("What the memory counts of all steps and solves")
struct TotalsTests {
  @Test("a duration is counted where it is no longer than the bound and longer than the one before")
  func buckets() {
    var previous: UInt64 = 0
    for bucket in 0..<DurationBuckets.count {
      let bound = DurationBuckets.bound(bucket)
      #expect((bound == nil) == (bucket == DurationBuckets.count - 1))
      #expect(DurationBuckets.index(of: previous + (bucket == 0 ? 0 : 1)) == bucket)
      guard let bound else { break }
      #expect(DurationBuckets.index(of: bound) == bucket)
      #expect(bucket == 0 || bound == 2 * previous)
      previous = bound
    }
    #expect(DurationBuckets.index(of: .max) == DurationBuckets.count - 1)
  }

  @Test("each step and each solve is counted once, however many controllers a process hosts", arguments: [1, 3, 6])
  func counts(_ perProcess: Int) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 6, perProcess: perProcess))
      let client = try cluster.client()
      var previous = cluster.segment.totals()
      #expect(previous.steps == 0 && (previous.stepDurations + previous.solveDurations).allSatisfy { $0 == 0 })
      for step in 1...30 {
        #expect(try client.solve().allSolved)
        let totals = cluster.segment.totals()
        // All is there when the step returns.
        #expect(totals.steps == UInt64(step) && totals.stepDurations.reduce(0, +) == UInt64(step))
        #expect(totals.solved == UInt64(6 * step) && totals.solveDurations.reduce(0, +) == UInt64(6 * step))
        #expect(totals.nanoseconds > previous.nanoseconds && totals.failed + totals.died + totals.late == 0)
        #expect(zip(previous.solveDurations, totals.solveDurations).allSatisfy(<=))
        previous = totals
      }
      let solved = (0..<6).reduce(0) { $0 + cluster.segment.slotSnapshot($1).solves }
      #expect(UInt64(solved) == previous.solved)
      #expect((0..<6).allSatisfy { cluster.segment.solveNanoseconds($0) > 0 })
    }
  }

  @Test("failures, deaths and late answers are counted, and stay when the controller comes back")
  func outcomes() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 3))
      let client = try cluster.client()
      try client.order(0, .fail)
      #expect(try client.solve().failed == 1)
      try client.order(1, .exit)
      #expect(try client.solve().died == 1)
      cluster.worker(of: 2).signal(SIGSTOP)
      #expect(try client.solve(timeout: 0.05).late == 1)
      cluster.worker(of: 2).signal(SIGCONT)
      try waitUntil("it has caught up") { cluster.segment.slotSnapshot(2).status != .late }
      for slot in 0..<2 { try client.order(slot, .echo) }
      try cluster.startWorker(1..<2)
      try cluster.waitUntilRegistered(1..<2)
      #expect(try client.solve().participants > 0)
      let totals = cluster.segment.totals()
      #expect([totals.failed, totals.died, totals.late] == [1, 1, 1])
      #expect((0..<3).map { cluster.segment.slotSnapshot($0).lateSteps } == [0, 0, 1])
      #expect(totals.stepDurations.reduce(0, +) == totals.steps)
    }
  }

  @Test("a successor of a client counts on")
  func successor() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster()
      for round in 1...3 {
        let client = try cluster.client()
        #expect(try client.solve().allSolved)
        client.detach()
        #expect(cluster.segment.totals().stepDurations.reduce(0, +) == UInt64(round))
      }
    }
  }
}
