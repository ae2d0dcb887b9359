import ClusterPlan

@testable import ClusterLaunch

/// A supervisor with its clock in the test's hand.
struct SupervisedRun {
  var supervisor: Supervisor
  var now = 100.0

  init(_ overrides: String..., runsSimulator: Bool = true, slots: Set<Int>? = nil) throws {
    try self.init(overrides, runsSimulator: runsSimulator, slots: slots)
  }

  init(_ overrides: [String], runsSimulator: Bool = true, slots: Set<Int>? = nil) throws {
    let base = [
      "controllers.count=2", "controllers.restart={policy: on-failure, limit: 2, window: 60s, backoff: 100ms}",
    ]
    supervisor = Supervisor(try Go2.plan(base + overrides), runsSimulator: runsSimulator, slots: slots)
  }

  init(_ plan: ClusterPlan) { supervisor = Supervisor(plan) }

  mutating func handle(_ event: Supervisor.Event, after seconds: Double = 0) -> [Supervisor.Action] {
    now += seconds
    return supervisor.handle(event, at: now)
  }

  /// Up to the running simulator.
  mutating func untilRunning() {
    _ = handle(.launched)
    _ = handle(.serverReady)
    _ = handle(.registered(2))
  }
}

extension [Supervisor.Action] {
  var started: [String] { compactMap { if case .start(let name) = $0 { name } else { nil } } }
  var outcome: LaunchOutcome? {
    lazy.compactMap { if case .finish(let outcome) = $0 { outcome } else { nil } }.first
  }
  func signalled(_ signal: Int32) -> [String]? {
    lazy.compactMap { if case .signal(signal, let names) = $0 { names } else { nil } }.first
  }
}
