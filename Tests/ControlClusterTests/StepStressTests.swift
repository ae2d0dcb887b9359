import Testing

@testable import ControlCluster

@Suite("The rules of a step, all threads at once", .serialized)
struct StepStressTests {
  /// Where the generations start: both wraps lie within the run.
  static let starts: [UInt32] = [0, UInt32(Int32.max) - 1500, UInt32.max - 1500]

  @Test(
    "with deaths, restarts, time-outs, lying hints and replaced clients, every slot is settled once and nothing hangs",
    arguments: starts, [(6, 2), (4, 1)])
  func stress(_ start: UInt32, _ shape: (slots: Int, perWorker: Int)) throws {
    let seed = UInt64(start) &* 31 &+ UInt64(shape.slots)
    try Watchdog.guarding(40, "step stress, seed \(seed)") {
      let stress = StepStress(seed: seed, slots: shape.slots, perWorker: shape.perWorker, generation: start)
      try stress.run(count: 3000)
      #expect(stress.contradictions() == [], "seed \(seed)")
      #expect(stress.outcomes.map(\.generation) == (1...3000).map { start &+ $0 })
      // A run in which nothing of that happened would say nothing.
      let counts = stress.counts
      for status in [SlotStatus.solved, .failed, .died, .late] { #expect(counts[status, default: 0] > 0, "\(counts)") }
      #expect(stress.deaths > 10)
    }
  }
}
