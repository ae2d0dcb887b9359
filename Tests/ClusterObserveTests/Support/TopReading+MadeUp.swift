@testable import ClusterObserve
@testable import ControlCluster

extension TopReading {
  /// Of a cluster that does not exist.
  static func madeUp(_ controllers: [ControllerReading], name: String = "go2", end: String? = nil) -> TopReading {
    let slots = controllers.map(\.slot)
    let figures = StepFigures(
      steps: 3120, rate: 50, realTimeFactor: 1, median: 150e-6, p99: 268e-6,
      failed: slots.count { $0.state == .failed }, dead: slots.count { $0.state == .dead },
      late: slots.count { $0.status == .late })
    let steps = StepSnapshot(
      steps: 3120, firstStepAt: 1, lastStepAt: 2, simulatedTime: 62.4, solved: slots.count, failed: 0, died: 0, late: 0,
      stepTimes: (0..<512).map { 100e-6 + Double($0 % 7) * 50e-6 })
    let status = ClusterStatus(
      name: name, segment: "/ccluster.0.\(name)", state: .running, launcher: ProcessIdentity(word: 4711 << 42),
      server: ProcessIdentity(word: 4712 << 42), client: nil, up: 61, memory: 73728, slots: slots, steps: steps,
      figures: figures, hosts: [], part: nil)
    return TopReading(
      status: status, controllers: controllers,
      stepTimes: TimingFigures(p50: 150e-6, p99: 268e-6, max: 949e-6, seen: 2350, count: 2350), span: 47,
      isTotal: false,
      commands: "rhc_commands", end: end)
  }

  static func madeUp(count: Int) -> TopReading { madeUp((0..<count).map { .madeUp($0) }) }
}

extension ControllerReading {
  static func madeUp(
    _ index: Int, _ state: SlotState = .active, status: SlotStatus = .solved, pid: Int32? = nil, failures: Int = 0,
    deaths: UInt32 = 0, restarts: Int = 0, message: String = "", process: String? = nil, core: Int? = 1,
    p99: Double? = 250e-6, timesLate: Int = 0, norm: Double? = 1.5
  ) -> ControllerReading {
    let slot = SlotSnapshot(
      index: index, number: index, state: state, incarnation: deaths, status: status, pid: pid ?? Int32(5000 + index),
      isPrepared: true, restarts: restarts, registrationTime: 0.01, solves: 3120, failures: failures,
      lastSolveTime: 118e-6, maxSolveTime: 300e-6, totalSolveTime: 0.3, message: message)
    let times = p99.map { TimingFigures(p50: $0 / 2, p99: $0, max: $0 * 1.1, seen: 60, count: 2400) }
    return ControllerReading(
      slot: slot, process: process ?? "controller-\(index)", core: core, solveTimes: times ?? .init(),
      timesLate: timesLate, commandNorm: norm)
  }
}
