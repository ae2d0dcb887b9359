import Glibc
import Synchronization

@testable import ControlCluster

/// A cluster of threads over plain memory: workers that solve, fail, are slow and die at the worst instructions, a server
/// that buries and restarts them, and a client that times out and is replaced in the middle of steps.
///
/// Everybody notes what it has settled; ``verdict(_:)`` compares that with the client's reports.
final class StepStress: @unchecked Sendable {
  struct Settlement: Hashable {
    var slot: Int
    var generation: UInt32
    var status: SlotStatus
  }

  struct Outcome {
    var generation: UInt32
    /// `nil` when the client was replaced before it could look.
    var statuses: [SlotStatus]?
  }

  private let memory: PlainStepMemory
  private let steps: StepProtocol<Hardware>
  private let seed: UInt64
  private let workers: [StressWorker]
  private let isOver = Atomic<Bool>(false)
  private let settlements = Locked<[Settlement]>([])
  private(set) var outcomes: [Outcome] = []
  private(set) var deaths = 0

  /// A thread that plays a process; the server restarts it once it has died.
  final class StressWorker: Sendable {
    let slots: Range<Int>
    let isDead = Atomic<Bool>(false)
    init(_ slots: Range<Int>) { self.slots = slots }
  }

  init(seed: UInt64, slots: Int, perWorker: Int, generation: UInt32) {
    self.seed = seed
    memory = PlainStepMemory(slots: slots, generation: generation)
    steps = memory.steps
    workers = stride(from: 0, to: slots, by: perWorker).map { StressWorker($0..<min($0 + perWorker, slots)) }
  }

  func run(count: Int) throws {
    var threads: [pthread_t] = []
    for (index, worker) in workers.enumerated() {
      threads.append(try Thread.start { [self] in work(worker, SplitMix64(seed: seed &+ UInt64(index) &+ 1)) })
    }
    threads.append(try Thread.start { [self] in serve(SplitMix64(seed: seed &+ 1000)) })
    try solve(count)
    isOver.store(true, ordering: .releasing)
    steps.control.ringWorkers()
    for thread in threads { pthread_join(thread, nil) }
  }

  private func note(_ slot: Int, _ generation: UInt32, _ status: SlotStatus) {
    settlements.withLock { $0.append(Settlement(slot: slot, generation: generation, status: status)) }
  }

  // MARK: The worker

  private func work(_ worker: StressWorker, _ generator: SplitMix64) {
    var generator = generator
    while !isOver.load(ordering: .acquiring) {
      if worker.isDead.load(ordering: .acquiring) {
        usleep(20)
        continue
      }
      let bell = steps.control.doorbell.load()
      var worked = false
      for index in worker.slots where !worker.isDead.load(ordering: .acquiring) {
        let slot = steps.slot(index)
        let word = slot.step
        if word.status == .due {
          worked = true
          answer(worker, index, word, &generator)
        } else if word.status == .late {
          slot.becomeAvailable()
        }
      }
      if !worked, !worker.isDead.load(ordering: .acquiring), !isOver.load(ordering: .acquiring) {
        steps.control.doorbell.sleep(while: bell, nanoseconds: 5_000_000)
      }
    }
  }

  private func answer(
    _ worker: StressWorker, _ index: Int, _ due: StepWord, _ generator: inout SplitMix64
  ) {
    let slot = steps.slot(index)
    let status = Int.random(in: 0..<8, using: &generator) == 0 ? SlotStatus.failed : .solved
    switch Int.random(in: 0..<200, using: &generator) {
    case 0...1: return worker.isDead.store(true, ordering: .releasing)  // killed before it settles
    case 2...3:
      // Killed between winning the slot and counting down: nobody tells the client.
      if steps.win(index, due, as: status) {
        note(index, due.generation, status)
      }
      return worker.isDead.store(true, ordering: .releasing)
    case 4...9: usleep(UInt32.random(in: 0..<1500, using: &generator))
    default: break
    }
    if steps.settle(index, due, as: status) {
      note(index, due.generation, status)
      // Killed right afterwards.
      if Int.random(in: 0..<200, using: &generator) == 0 { worker.isDead.store(true, ordering: .releasing) }
    } else {
      slot.becomeAvailable()
    }
  }

  // MARK: The server

  private func serve(_ generator: SplitMix64) {
    var generator = generator
    while !isOver.load(ordering: .acquiring) {
      for worker in workers where worker.isDead.load(ordering: .acquiring) {
        deaths += 1
        for index in worker.slots {
          steps.declareDead(index)
          if Bool.random(using: &generator) { sched_yield() }
          if let generation = steps.settleDead(index) { note(index, generation, .died) }
        }
        if Bool.random(using: &generator) { usleep(UInt32.random(in: 0..<300, using: &generator)) }
        for index in worker.slots {
          let slot = steps.slot(index)
          _ = slot.move(from: slot.lifecycle, to: .registering)
          slot.becomeAvailable()
          if Bool.random(using: &generator) { sched_yield() }
          _ = slot.move(from: slot.lifecycle, to: .active)
        }
        worker.isDead.store(false, ordering: .releasing)
      }
      usleep(30)
    }
  }

  // MARK: The client

  private func solve(_ count: Int) throws {
    var generator = SplitMix64(seed: seed)
    var round = StepRound(takingOver: steps)
    for _ in 0..<count {
      round.trigger(Int.random(in: 0..<20, using: &generator) == 0 ? .reset : .solve)
      if Int.random(in: 0..<50, using: &generator) == 0 {
        // The client is killed with the step in flight, and another takes its place.
        outcomes.append(Outcome(generation: round.generation))
        round = StepRound(takingOver: steps)
        continue
      }
      if Int.random(in: 0..<100, using: &generator) == 0 {
        steps.control.pending.store(generator.next())
        let isEarly = Bool.random(using: &generator)
        steps.control.done.store(isEarly ? round.generation : UInt32(truncatingIfNeeded: generator.next()))
      }
      let timeout =
        Int.random(in: 0..<10, using: &generator) == 0 ? UInt64.random(in: 0..<300_000, using: &generator) : .max
      _ = try round.wait(timeout: timeout) { _ in }
      outcomes.append(Outcome(generation: round.generation, statuses: round.outcomes))
    }
  }

  // MARK: The verdict

  /// What contradicts the rules, in words; empty when nothing does.
  func contradictions() -> [String] {
    var found: [String] = []
    var bySlot: [Int: [UInt32: [SlotStatus]]] = [:]
    for settlement in settlements.withLock({ $0 }) {
      bySlot[settlement.slot, default: [:]][settlement.generation, default: []].append(settlement.status)
    }
    for (slot, generations) in bySlot {
      for (generation, statuses) in generations where statuses.count > 1 {
        found.append("slot \(slot) was settled \(statuses.count) times in \(generation): \(statuses)")
      }
    }
    for outcome in outcomes {
      guard let statuses = outcome.statuses else { continue }
      for (slot, status) in statuses.enumerated() {
        let noted = bySlot[slot]?[outcome.generation]?.first
        let isRight =
          switch status {
          case .due: false
          case .free, .late: noted == nil
          case .solved, .failed: noted == status
          // Settled by the server, or by the client itself when the death came before its publication.
          case .died: noted == .died || noted == nil
          }
        if !isRight {
          found.append(
            "slot \(slot) was reported \(status) in \(outcome.generation), but \(noted.map { "\($0)" } ?? "nobody") settled it"
          )
        }
      }
    }
    return found
  }

  /// How often each outcome was reported.
  var counts: [SlotStatus: Int] {
    outcomes.reduce(into: [:]) { counts, outcome in
      for status in outcome.statuses ?? [] { counts[status, default: 0] += 1 }
    }
  }
}
