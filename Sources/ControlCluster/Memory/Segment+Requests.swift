import CLinux
import Glibc

extension Segment {
  /// Asks controllers for something and waits until each has carried it out. Open to the simulator and to tools.
  /// - Parameter timeout: s
  /// - Throws: `slotOutOfRange`, `unanswered` naming the controllers that did not answer.
  public func request(_ request: SlotRequest, _ indices: [Int], timeout: Double) throws(ClusterError) {
    try begin(request, indices)
    let waiting = try wait(for: request, indices, slice: timeout)
    if !waiting.isEmpty { throw .unanswered(by: withdraw(request, waiting), seconds: timeout) }
  }

  /// Asks controllers for something, without waiting; ``wait(for:_:slice:)`` does, and ``unanswered(_:_:)`` tells how far it has come.
  /// - Throws: `slotOutOfRange`; then nobody has been asked.
  public func begin(_ request: SlotRequest, _ indices: [Int]) throws(ClusterError) {
    for index in indices where !(0..<layout.slots).contains(index) {
      throw .slotOutOfRange(slot: index, count: layout.slots)
    }
    stepProtocol.ask(request, of: indices)
  }

  /// Waits until controllers have carried out what ``begin(_:_:)`` has asked for.
  /// - Parameter slice: s
  /// - Returns: those that have not within it: wait again, or ``withdraw(_:_:)``.
  /// - Throws: `stopped`
  public func wait(for request: SlotRequest, _ indices: [Int], slice: Double) throws(ClusterError) -> [Int] {
    let end = System.monotonicNanoseconds + UInt64(slice * 1e9)
    var waiting = indices
    while true {
      waiting = unanswered(request, waiting)
      if waiting.isEmpty { return [] }
      guard phase == .ready else { throw .stopped(segment: name) }
      guard System.monotonicNanoseconds < end else { return waiting }
      usleep(500)
    }
  }

  /// Those of the controllers that have not carried the request out yet.
  public func unanswered(_ request: SlotRequest, _ indices: [Int]) -> [Int] {
    indices.filter { slot($0).requests.load() & request.rawValue != 0 }
  }

  /// Takes a request back, so that it does not come true at a moment when nobody expects it.
  /// - Returns: the controllers with their states, in words.
  public func withdraw(_ request: SlotRequest, _ indices: [Int]) -> String {
    for index in indices { slot(index).requests.clear(bits: request.rawValue) }
    return indices.map { "controller \(numbers[$0]) (\(slot($0).lifecycle.state))" }.joined(separator: ", ")
  }

  /// What is known of a slot, at one moment.
  public func slotSnapshot(_ index: Int) -> SlotSnapshot {
    let slot = slot(index)
    return SlotSnapshot(
      index: index, number: numbers[index], state: slot.lifecycle.state, incarnation: slot.lifecycle.incarnation,
      status: slot.step.status, pid: ProcessIdentity(word: slot.process.load()).pid,
      isPrepared: slot.prepared.load() != 0, restarts: Int(slot.restarts.load()),
      registrationTime: Double(slot.registrationNanoseconds.load()) * 1e-9, solves: Int(slot.solves.load()),
      failures: Int(slot.failures.load()), lastSolveTime: Double(slot.lastSolve.load()) * 1e-9,
      maxSolveTime: Double(slot.maxSolve.load()) * 1e-9, totalSolveTime: Double(slot.totalSolve.load()) * 1e-9,
      message: slot.message, lateSteps: Int(slot.lateSteps.load()))
  }

  /// How often a controller has solved and how long it took the last time: little enough to be read between all steps.
  public func solveReading(_ index: Int) -> SolveReading {
    let slot = slot(index)
    return SolveReading(
      solves: Int(slot.solves.load()), lastNanoseconds: slot.lastSolve.loadRelaxed(),
      isLate: slot.step.status == .late)
  }

  /// How long a controller has solved altogether, ns.
  public func solveNanoseconds(_ index: Int) -> UInt64 { slot(index).totalSolve.loadRelaxed() }

  /// What a slot is asked for, and what it has done; cheaper than a snapshot.
  public func slotPulse(_ index: Int) -> SlotPulse {
    let slot = slot(index)
    let (step, lifecycle) = (slot.step, slot.lifecycle)
    return SlotPulse(
      generation: step.generation, status: step.status, state: lifecycle.state, incarnation: lifecycle.incarnation,
      isAskedForMore: slot.requests.load() != 0, answers: slot.solves.load() &+ slot.failures.load())
  }

  /// Figures of the steps so far, as the client leaves them.
  public func stepSnapshot() -> StepSnapshot {
    let control = self.control
    let steps = control.steps.load()
    let kept = min(steps, UInt64(Self.keptStepTimes))
    return StepSnapshot(
      steps: Int(steps), firstStepAt: control.firstStepAt.load(), lastStepAt: control.lastStepAt.load(),
      simulatedTime: Double(control.simulatedNanoseconds.load()) * 1e-9, solved: Int(control.solved.load()),
      failed: Int(control.failed.load()), died: Int(control.died.load()), late: Int(control.late.load()),
      stepTimes: (steps - kept..<steps).map { Double(control.stepTime($0).loadRelaxed()) * 1e-9 })
  }

  /// What all steps and solves so far come to. Each figure only grows; `steps` is never more than the durations count.
  public func totals() -> StepTotals {
    let control = self.control
    let steps = control.steps.load()
    var solves = [UInt64](repeating: 0, count: DurationBuckets.count)
    for shard in 0..<Int(CCLUSTER_SOLVE_SHARDS) {
      for (bucket, count) in control.solveDurations(shard: shard).all.enumerated() { solves[bucket] += count }
    }
    return StepTotals(
      steps: steps, nanoseconds: control.totalStepNanoseconds.loadRelaxed(),
      simulatedNanoseconds: control.simulatedNanoseconds.loadRelaxed(), solved: control.totalSolved.loadRelaxed(),
      failed: control.totalFailed.loadRelaxed(), died: control.totalDied.loadRelaxed(),
      late: control.totalLate.loadRelaxed(), stepDurations: control.stepDurations.all, solveDurations: solves)
  }

  /// Step times that the control block keeps.
  public static let keptStepTimes = 512
}

/// What is known of a slot, at one moment. Times in seconds.
public struct SlotSnapshot: Sendable, Equatable {
  public var index: Int
  /// In the whole cluster.
  public var number: Int
  public var state: SlotState
  public var incarnation: UInt32
  public var status: SlotStatus
  public var pid: Int32
  public var isPrepared: Bool
  public var restarts: Int
  public var registrationTime: Double
  public var solves: Int
  public var failures: Int
  public var lastSolveTime: Double
  public var maxSolveTime: Double
  public var totalSolveTime: Double
  public var message: String
  /// Steps in which it was late.
  public var lateSteps = 0

  /// Whether a living controller has not answered in time, and takes no part until it has.
  public var isLate: Bool { status == .late && [.idle, .active, .failed].contains(state) }
}

/// A controller's solves. Read between the stores of a solve that is just ending, the time is that of the one before.
public struct SolveReading: Sendable, Equatable {
  public var solves: Int
  public var lastNanoseconds: UInt64
  public var isLate: Bool
}

/// Figures of the steps so far, at one moment.
public struct StepSnapshot: Sendable, Equatable {
  public var steps: Int
  /// CLOCK_MONOTONIC, ns.
  public var firstStepAt: UInt64
  public var lastStepAt: UInt64
  /// s
  public var simulatedTime: Double
  /// Counts of the last step.
  public var solved: Int
  public var failed: Int
  public var died: Int
  public var late: Int
  /// s, the last 512 at most, oldest first.
  public var stepTimes: [Double]
}
