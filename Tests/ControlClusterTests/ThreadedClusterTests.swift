import Glibc
import Testing

@testable import ControlCluster

/// Answers with what it was given, and with the newest goal.
private final class ThreadedController: RHController {
  private let stimulus: ControllerInput
  private let goal: ControllerInput
  private let response: ControllerOutput
  private let number: ControllerOutput

  required init(_ context: ControllerContext) throws {
    stimulus = try context.input("stimulus", "numbers")
    goal = try context.input("goal", "words")
    response = try context.output("response", "numbers")
    number = try context.output("rhc_commands", "number")
    try super.init(context)
  }

  override func solve() throws {
    if stimulus[0] < 0 { throw ClusterError.failed("asked to fail") }
    for index in 0..<stimulus.count { response[index] = stimulus[index] }
    number[0] = goal[0]
  }
}

/// Server, client, workers and a tool in one process, over one mapping of the memory. Here the thread sanitizer sees all of
/// them, and whether the words of the protocol really order the rows: between processes nobody can check that.
@Suite("A cluster of threads")
struct ThreadedClusterTests {
  @Test("rows are handed over whole between client, workers and a tool, with failures, resets and requests in between")
  func steps() throws {
    try Watchdog.guarding(60) {
      let cluster = try TestCluster(TestBlueprint(controllers: 4, onFailure: .homing, numbered: 32), starts: false)
      let segment = cluster.segment
      let workers = try [0..<2, 2..<4].map { slots in
        try Thread.start {
          let worker = Worker(segment, slots: slots, endsWithServer: false)
          do { try worker.register(ThreadedController.self) } catch { Issue.record(error) }
          worker.run()
        }
      }
      try cluster.waitUntilRegistered(0..<4)
      let isOver = Flag()
      let tool = try Thread.start {
        guard let goal = try? segment.row("goal", of: 1), let words = try? goal.field("words", as: UInt64.self) else {
          Issue.record("no goal")
          return
        }
        var round: UInt64 = 1
        while !isOver.isSet {
          words[0] = round
          try? goal.write()
          round += 1
          if round % 64 == 0 {
            do { try segment.request(round % 128 == 0 ? .activate : .deactivate, [3], timeout: 20) } catch {
              Issue.record(error)
            }
          }
        }
      }
      let client = try ControlClusterClient(on: segment)
      let stimulus = try client.columns("stimulus", "numbers", as: Double.self)
      let response = try client.columns("response", "numbers", as: Double.self)
      let number = try client.columns("rhc_commands", "number", as: Double.self)
      var lastGoal = 0.0
      for step in 1...400 {
        let fails = step % 10 == 0
        for slot in 0..<4 {
          stimulus.withMutableRow(slot) { $0.update(repeating: fails && slot == 2 ? -1 : Double(step * 4 + slot)) }
        }
        let report = try client.solve()
        #expect(report.failed == (fails ? 1 : 0) && report.late == 0 && report.died == 0)
        for slot in 0..<3 {
          let expected = fails && slot == 2 ? 0 : Double(step * 4 + slot)
          response.withRow(slot) { row in
            #expect(row.allSatisfy { $0 == expected }, "step \(step), slot \(slot)")
          }
        }
        #expect(number[1, 0] >= lastGoal)
        lastGoal = number[1, 0]
        if fails { #expect(try client.reset([2]).solved == 1) }
      }
      #expect(lastGoal > 0)
      isOver.set()
      pthread_join(tool, nil)
      client.detach()
      cluster.server.beginStopping()
      for worker in workers { pthread_join(worker, nil) }
    }
  }
}
