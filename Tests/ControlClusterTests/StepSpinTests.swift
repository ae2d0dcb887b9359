import Testing

@testable import ControlCluster

// Here because one test at a time may use the machine.
extension StepRegressionTests {
  /// How long steps take, one after the other, and whether the client spins for each, µs.
  static let spins: [[(took: UInt64, spins: Bool)]] = [
    // A spin that was almost long enough is tried again.
    [(20, true), (90, true), (20, true)],
    // One that was in vain is not, until steps are short again.
    [(20, true), (300, true), (300, false), (300, false), (40, false), (40, true)],
    // Much longer than a sleep lasts.
    [(25_000, true), (25_000, false), (10, false), (10, true)],
  ]

  @Test("a client spins for steps that are short, and sleeps at once where they are long", arguments: spins)
  func spinning(_ steps: [(took: UInt64, spins: Bool)]) throws {
    var now: UInt64 = 1_000_000
    let memory = StepMemory<InterruptedMachine>(slots: 1)
    var round = StepRound(takingOver: memory.steps)
    defer { (InterruptedMachine.clock, InterruptedMachine.asleep, InterruptedMachine.before) = (nil, {}, nil) }
    for (number, step) in steps.enumerated() {
      round.trigger(.solve)
      let due = StepWord(round.generation, .due)
      let end = now + step.took * 1000
      let done = UnsafeRawPointer(memory.steps.control.done.pointer)
      var (looks, hasSlept) = (0, false)
      func pass(_ nanoseconds: UInt64) {
        now += nanoseconds
        if now >= end { memory.steps.settle(0, due, as: .solved) }
      }
      // A look takes 1 µs, a sleep lasts until its end or 10 ms.
      InterruptedMachine.clock = { now }
      InterruptedMachine.before = { word in
        guard word == done else { return }
        if !hasSlept { looks += 1 }
        pass(1000)
      }
      InterruptedMachine.asleep = {
        hasSlept = true
        pass(min(10_000_000, end - now))
      }
      let report = try round.wait(timeout: .max) { _ throws(ClusterError) in }
      InterruptedMachine.before = nil
      #expect(report.solved == 1)
      #expect(hasSlept == (!step.spins || step.took > 50), "step \(number)")
      if hasSlept { #expect(looks == (step.spins ? 51 : 1), "step \(number)") }
    }
  }
}
