import Testing

@testable import ControlCluster

/// The whole, with three workers, three generations and three preemptions, is `make model`.
@Suite("The step's protocol, in every order of its accesses", .serialized)
struct StepModelTests {
  @Test(
    "whoever is switched away from, killed, stopped, late or replaced at any access: no rule is broken",
    arguments: Scenario.quick)
  func everyOrder(_ scenario: Scenario) throws {
    try Watchdog.guarding(400) {
      let result = Explorer.explore(scenario)
      print("\(scenario): \(result)")
      #expect(result.violation == nil, "\(result.trace.joined(separator: "\n"))")
      #expect(result.isComplete)
    }
  }

  @Test("each rule, broken, is found", arguments: Defect.allCases)
  func broken(_ defect: Defect) throws {
    try Watchdog.guarding(400) {
      let (scenario, rule) = defect.shows
      let result = Explorer.explore(scenario)
      #expect(result.violation?.contains(rule) == true, "\(scenario): \(result.violation ?? "nothing"), \(result)")
      // What led there is told, and is the same again.
      #expect(result.trace.count > 5 && result.trace.last?.contains("not the same again") == false)
    }
  }
}
