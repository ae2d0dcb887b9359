import CLinux

/// The client's side of a step over the words of a mapped segment: picks the slots that take part, hands the step out, waits
/// until each has settled, and tells how. Its arrays are allocated once.
struct StepRound<Platform: Machine> {
  /// How long the client spins before it sleeps, ns. Below 8 controllers the wake-up across cores would cost more than the
  /// step; longer than this it only heats the core (DESIGN.md §5 has the measurements), and keeps it from workers that have no
  /// other one: where steps take much longer it sleeps at once.
  static var spin: UInt64 { 50_000 }
  /// The longest sleep before the slot words are looked at again, ns: what a lost wake-up costs.
  static var slice: UInt64 { 10_000_000 }

  let steps: StepProtocol<Platform>
  private(set) var generation: UInt32
  private var request = StepRequest.solve
  private(set) var inFlight = false
  /// Whether who spins gives its core away now and then: for a client that cannot count on one of its own. It costs a system
  /// call every µs or so.
  var yields = false
  /// Whether the last step ended soon enough to spin for the next one.
  private var spins = true
  /// What was waited for the step in flight, ns.
  private var waited: UInt64 = 0
  /// How each slot stood at the end of the last step.
  private(set) var outcomes: [SlotStatus]
  private var participants: [Int] = []
  /// Those of the participants that were asked for their rows alone.
  private var bystanders: [Int] = []

  /// Settles what a predecessor has left in flight.
  init(takingOver steps: StepProtocol<Platform>) {
    self.steps = steps
    generation = steps.takeOver()
    outcomes = [SlotStatus](repeating: .free, count: steps.slotCount)
    participants.reserveCapacity(steps.slotCount)
    bystanders.reserveCapacity(steps.slotCount)
  }

  /// Hands a step to all slots that can take part in it.
  /// - Parameter indices: only these; `nil` is all.
  mutating func trigger(_ request: StepRequest, among indices: Set<Int>? = nil) {
    generation &+= 1
    self.request = request
    participants.removeAll(keepingCapacity: true)
    bystanders.removeAll(keepingCapacity: true)
    for index in 0..<steps.slotCount {
      if let indices, !indices.contains(index) { continue }
      let part = steps.part(of: steps.slot(index), in: request)
      if part == .none { continue }
      participants.append(index)
      if part == .rows { bystanders.append(index) }
    }
    inFlight = true
    waited = 0
    steps.publish(generation, request, to: participants)
  }

  /// Waits until every slot that takes part has settled, or settles as late those that have not after `timeout`.
  /// - Parameters:
  ///   - timeout: ns
  ///   - check: called after every sleep with the time waited so far, ns; what it throws ends the waiting, and the step stays
  ///     in flight.
  mutating func wait(timeout: UInt64, check: (UInt64) throws(ClusterError) -> Void) throws(ClusterError) -> StepReport {
    while true {
      if let report = try wait(timeout: timeout, slice: .max, check: check) { return report }
    }
  }

  /// Waits as ``wait(timeout:check:)`` does, but at most about `slice` ns in this call.
  /// - Returns: `nil` when the step is still in flight; what was waited for it counts towards `timeout` of the next call.
  mutating func wait(timeout: UInt64, slice: UInt64, check: (UInt64) throws(ClusterError) -> Void) throws(ClusterError)
    -> StepReport?
  {
    let began = Platform.now
    if !(spins && spinUntilSettled(from: began)) {
      defer { spins = Platform.spins(after: Platform.now - began) }
      guard try sleepUntilSettled(timeout, slice, check) else { return nil }
    }
    inFlight = false
    // Ours alone to set while no step is in flight; stored, and not advanced, so that a scribbled one costs one step only.
    if steps.control.done.load() != generation { steps.control.done.store(generation) }
    return report()
  }

  private var isSettled: Bool {
    for index in participants {
      let word = steps.slot(index).step
      if word.status == .due, word.generation == generation { return false }
    }
    return true
  }

  private func spinUntilSettled(from began: UInt64) -> Bool {
    // A step without participants has settled when it was published.
    let end = began + Self.spin
    repeat {
      for _ in 0..<Platform.looksPerClock {
        // `done` is one line that changes once a step; only then are the slot words worth their cache misses.
        if steps.control.done.load() == generation { return isSettled }
        Platform.relax()
      }
      if yields { Platform.yield() }
    } while Platform.now < end
    return isSettled
  }

  /// - Returns: whether all have settled, and not only the slice has passed.
  private mutating func sleepUntilSettled(
    _ timeout: UInt64, _ slice: UInt64, _ check: (UInt64) throws(ClusterError) -> Void
  ) throws(ClusterError) -> Bool {
    var last = Platform.now
    // Time is counted in slices that really passed here, so that a suspended machine does not make everyone late.
    let waitedBefore = waited
    while true {
      let done = steps.control.done.load()
      if isSettled { return true }
      let left = min(timeout - min(waited, timeout), slice - (waited - waitedBefore))
      steps.control.done.sleep(while: done, nanoseconds: min(Self.slice, left))
      if isSettled { return true }
      let now = Platform.now
      waited += min(now - last, 2 * Self.slice)
      last = now
      try check(waited)
      if waited >= timeout {
        steps.giveUp(StepWord(generation, .due, of: request), on: participants)
        return true
      }
      if waited - waitedBefore >= slice { return false }
    }
  }

  private mutating func report() -> StepReport {
    var report = StepReport(
      generation: generation, participants: participants.count, solved: 0, failed: 0, died: 0, late: 0, duration: 0)
    for index in outcomes.indices { outcomes[index] = .free }
    for index in participants {
      // Settled words of this generation change only from late to free, when the controller has caught up.
      let word = steps.slot(index).step.status
      let status = word == .free ? .late : word
      outcomes[index] = status
      switch status {
      case .solved: report.solved += 1
      case .failed: report.failed += 1
      case .died: report.died += 1
      case .late, .free, .due: report.late += 1
      }
    }
    // One that has died or is late is news all the same, and one that was activated meanwhile has solved.
    for index in bystanders where outcomes[index] == .failed || outcomes[index] == .solved && !holdsSolution(index) {
      if outcomes[index] == .failed { report.failed -= 1 } else { report.solved -= 1 }
      report.participants -= 1
      outcomes[index] = .free
    }
    return report
  }

  private func holdsSolution(_ index: Int) -> Bool {
    steps.slot(index).contents == CCLUSTER_CONTENTS_SOLVED.rawValue
  }
}
