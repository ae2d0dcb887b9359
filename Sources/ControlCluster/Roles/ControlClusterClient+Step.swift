import CLinux

extension ControlClusterClient {
  /// How often a waiting client looks whether anybody could still declare a death, ns.
  private static let serverCheck: UInt64 = 100_000_000

  /// Hands a step to all active controllers and waits until each has settled.
  ///
  /// A failed, dead or late controller is no error: the report counts it, ``outcome(of:)`` names it, and ``rows(of:)`` says
  /// what its rows hold.
  /// - Parameter timeout: s, for this step in place of `solve_timeout`; see ``wait(timeout:)``.
  /// - Throws: `stopped` when the cluster is stopping, `serverGone` when nobody could declare deaths any more, `parameter` for a
  ///   timeout that is negative or no number; no step has begun then.
  @discardableResult
  public func solve(timeout: Double? = nil) throws(ClusterError) -> StepReport {
    let limit = try nanoseconds(timeout)
    try trigger(.solve, among: nil, patience: limit)
    return try wait(limit)
  }

  /// Hands a step to these of the active controllers, and waits until each has settled: what a replay does, so that those who
  /// took no part take none again.
  /// - Throws: as ``solve(timeout:)``.
  package func solve(among slots: Set<Int>, timeout: Double?) throws(ClusterError) -> StepReport {
    let limit = try nanoseconds(timeout)
    try trigger(.solve, among: slots, patience: limit)
    return try wait(limit)
  }

  /// Hands out a step as ``solve(among:timeout:)`` does, without waiting for it.
  /// - Parameter slots: `nil` is all.
  /// - Throws: as ``trigger()``.
  package func trigger(among slots: Set<Int>?) throws(ClusterError) { try trigger(.solve, among: slots) }

  /// Hands a step to all active controllers. The simulator may work until it calls ``wait()``, but must not touch the rows.
  /// - Throws: `stepOutOfOrder` when a step is in flight, `stopped`.
  public func trigger() throws(ClusterError) { try trigger(.solve, among: nil) }

  /// Resets controllers and waits until they have acknowledged: their rows hold the initial values, and a failed controller
  /// takes part again.
  /// - Parameters:
  ///   - indices: slots; all by default. Dead ones take no part, nor do late ones.
  ///   - timeout: s, for this step in place of `solve_timeout`; see ``wait(timeout:)``.
  /// - Throws: as ``solve(timeout:)``, and `slotOutOfRange`.
  @discardableResult
  public func reset(_ indices: [Int]? = nil, timeout: Double? = nil) throws(ClusterError) -> StepReport {
    let limit = try nanoseconds(timeout)
    try triggerReset(indices, patience: limit)
    return try wait(limit)
  }

  /// Hands out a step that resets controllers, as ``reset(_:timeout:)`` does, without waiting for it.
  /// - Throws: as ``trigger()``, and `slotOutOfRange`.
  public func triggerReset(_ indices: [Int]? = nil) throws(ClusterError) {
    try triggerReset(indices, patience: solveTimeout)
  }

  private func triggerReset(_ indices: [Int]?, patience: UInt64) throws(ClusterError) {
    for index in indices ?? [] where !(0..<segment.layout.slots).contains(index) {
      throw .slotOutOfRange(slot: index, count: segment.layout.slots)
    }
    try trigger(.reset, among: indices.map(Set.init), patience: patience)
  }

  /// - Parameter patience: how long it is going to be waited for, ns; `nil` is `solve_timeout`.
  private func trigger(_ request: StepRequest, among indices: Set<Int>?, patience: UInt64? = nil) throws(ClusterError) {
    guard segment.phase == .ready else { throw .stopped(segment: segment.name) }
    guard !round.inFlight else { throw .stepOutOfOrder("trigger() while a step is in flight: call wait() first") }
    triggeredAt = System.monotonicNanoseconds
    round.steps.control.patience.storeRelaxed(patience ?? solveTimeout)
    // First: a controller that sees its step may write at once.
    round.steps.control.pass(to: .controllers, in: round.generation &+ 1)
    round.trigger(request, among: indices)
  }

  /// Waits until every slot that takes part in the step has settled, or has become late.
  ///
  /// A late controller is left out of steps until it has finished and said so; then it takes part again by itself.
  /// - Parameter timeout: s from this call on, not from ``trigger()``, in place of `solve_timeout` of the config; 0 takes what is
  ///   there, `.infinity` waits as long as it takes.
  /// - Throws: `stepOutOfOrder` without ``trigger()``, `stopped`, `serverGone`; `parameter` for a timeout that is negative or no
  ///   number, and the step stays in flight then.
  public func wait(timeout: Double? = nil) throws(ClusterError) -> StepReport { try wait(nanoseconds(timeout)) }

  /// Waits as ``wait(timeout:)`` does, but comes back after a while, for a program that has to look at something else meanwhile.
  /// - Parameters:
  ///   - timeout: s that are waited for this step, this and earlier calls together.
  ///   - slice: s that this call may take, about.
  /// - Returns: `nil` when the step is still in flight: call again.
  /// - Throws: as ``wait(timeout:)``.
  public func wait(timeout: Double? = nil, slice: Double) throws(ClusterError) -> StepReport? {
    try wait(nanoseconds(timeout), slice: nanoseconds(slice))
  }

  /// Whether a step was triggered and not yet waited for.
  public var isStepInFlight: Bool { round.inFlight }

  private func nanoseconds(_ timeout: Double?) throws(ClusterError) -> UInt64 {
    guard let timeout else { return solveTimeout }
    guard timeout >= 0 else { throw .parameter("a step's timeout is a number of seconds from 0 on, not \(timeout)") }
    return UInt64(exactly: (timeout * 1e9).rounded()) ?? .max
  }

  private func wait(_ timeout: UInt64) throws(ClusterError) -> StepReport {
    while true {
      if let report = try wait(timeout, slice: .max) { return report }
    }
  }

  private func wait(_ timeout: UInt64, slice: UInt64) throws(ClusterError) -> StepReport? {
    guard round.inFlight else { throw .stepOutOfOrder("wait() without trigger()") }
    let waited = try round.wait(timeout: timeout, slice: slice) { _ throws(ClusterError) in
      guard segment.phase == .ready else { throw .stopped(segment: segment.name) }
      try checkServer(at: System.monotonicNanoseconds)
    }
    guard var report = waited else { return nil }
    round.steps.control.pass(to: .simulator, in: round.generation)
    let now = System.monotonicNanoseconds
    report.duration = Double(now - triggeredAt) * 1e-9
    record(report, endedAt: now)
    // A step that nobody takes part in never sleeps: a client whose controllers are all dead would go on for ever.
    if report.participants == 0 { try checkServer(at: now) }
    return report
  }

  /// - Throws: `serverGone`.
  private func checkServer(at now: UInt64) throws(ClusterError) {
    guard now - serverCheckedAt > Self.serverCheck else { return }
    serverCheckedAt = now
    guard segment.server.isAlive else { throw .serverGone(segment: segment.name) }
  }

  /// Leaves the step's time and counts where observers find them.
  private func record(_ report: StepReport, endedAt now: UInt64) {
    let control = round.steps.control
    let step = control.steps.load()
    let duration = now - triggeredAt
    control.stepTime(step).storeRelaxed(duration)
    control.lastStepNanoseconds.storeRelaxed(duration)
    if step == 0 { control.firstStepAt.storeRelaxed(triggeredAt) }
    control.lastStepAt.storeRelaxed(now)
    control.simulatedNanoseconds.storeRelaxed((step + 1) * UInt64((cluster.timing.clusterDt * 1e9).rounded()))
    control.solved.store(UInt32(report.solved))
    control.failed.store(UInt32(report.failed))
    control.died.store(UInt32(report.died))
    control.late.store(UInt32(report.late))
    recordTotals(report, duration)
    control.steps.store(step + 1)
  }

  /// - Parameter duration: ns
  private func recordTotals(_ report: StepReport, _ duration: UInt64) {
    let control = round.steps.control
    control.stepDurations.countAlone(duration)
    control.totalStepNanoseconds.add(duration)
    control.totalSolved.add(UInt64(report.solved))
    if report.solved == report.participants { return }
    control.totalFailed.add(UInt64(report.failed))
    control.totalDied.add(UInt64(report.died))
    control.totalLate.add(UInt64(report.late))
    if report.late == 0 { return }
    for (index, outcome) in round.outcomes.enumerated() where outcome == .late {
      let count = segment.slot(index).lateSteps
      count.store(count.load() &+ 1)
    }
  }

  /// What a controller's rows hold now, for a look after a step: whether a command is of that step, and if not, what it is
  /// instead. They stay so until the next step, whatever happens meanwhile: that one fills those whose process has died since as
  /// `on_failure` says, and those that were deactivated or, by a request, reset with their initial values. Only a late controller
  /// may still change its own.
  public func rows(of slot: Int) -> RowContents {
    let words = segment.slot(slot)
    if words.step.status == .late { return .unfinished }
    switch words.contents {
    case CCLUSTER_CONTENTS_SOLVED.rawValue: return round.outcomes[slot] == .solved ? .solved : .held
    case CCLUSTER_CONTENTS_STOPPED.rawValue: return .stopped
    default: return .initial
    }
  }
}

extension ControlClusterClient {
  /// Asks controllers to take part in steps, or not to, or to reset, and waits until they have done so. Their rows return to the
  /// initial values in the next step.
  /// - Parameters:
  ///   - request: what is asked.
  ///   - indices: slots.
  ///   - timeout: s
  /// - Throws: `slotOutOfRange`; `unanswered` naming those that did not answer in time.
  public func request(_ request: SlotRequest, _ indices: [Int], timeout: Double = 10) throws(ClusterError) {
    try segment.request(request, indices, timeout: timeout)
  }

  public func activate(_ indices: [Int]) throws(ClusterError) { try request(.activate, indices) }
  public func deactivate(_ indices: [Int]) throws(ClusterError) { try request(.deactivate, indices) }
}
