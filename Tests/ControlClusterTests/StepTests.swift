import Testing

@testable import ControlCluster

@Suite("A step between processes")
struct StepTests {
  @Test(
    "every controller answers with what its own row told it", arguments: [(1, 1), (3, 1), (16, 1), (16, 4), (5, 2)])
  func echo(_ shape: (controllers: Int, perProcess: Int)) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(
        TestBlueprint(controllers: shape.controllers, perProcess: shape.perProcess))
      let client = try cluster.client()
      for step in 1...20 {
        for slot in 0..<shape.controllers { try client.order(slot, .echo, Double(100 * step + slot)) }
        let report = try client.solve()
        #expect(report.allSolved && report.participants == shape.controllers)
        for slot in 0..<shape.controllers {
          #expect(try client.number(slot) == Double(100 * step + slot))
          #expect(client.outcome(of: slot) == .solved)
        }
      }
    }
  }
}
