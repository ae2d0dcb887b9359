import CLinux

extension ControlClusterClient {
  /// How long the client spins before it sleeps, ns. Below 8 controllers the wake-up across cores would cost more than the
  /// step; longer than this it only heats the core (DESIGN.md §5 has the measurements).
  static let spin: UInt64 = 50_000
  /// The longest sleep before the slot words are looked at again, ns: what a lost wake-up costs.
  static let slice: UInt64 = 10_000_000

  /// Hands a step to all active controllers and waits until each has settled.
  ///
  /// A failed, dead or late controller is no error: the report counts it and ``outcome(of:)`` names it. The rows of those
  /// that solved are always there.
  /// - Throws: `stopped` when the cluster is stopping, `serverGone` when nobody could declare deaths any more.
  @discardableResult
  public func solve() throws(ClusterError) -> StepReport {
    try trigger()
    return try wait()
  }

  /// Hands a step to all active controllers. The simulator may work until it calls ``wait()``, but must not touch the rows.
  /// - Throws: `stepOutOfOrder` when a step is in flight, `stopped`.
  public func trigger() throws(ClusterError) { try trigger(.solve, among: nil) }

  /// Resets controllers and waits until they have acknowledged: their rows hold the initial values, and a failed controller
  /// takes part again.
  /// - Parameter indices: slots; all by default. Dead ones take no part.
  /// - Throws: as ``solve()``, and `slotOutOfRange`.
  @discardableResult
  public func reset(_ indices: [Int]? = nil) throws(ClusterError) -> StepReport {
    for index in indices ?? [] where !outcomes.indices.contains(index) {
      throw .slotOutOfRange(slot: index, count: outcomes.count)
    }
    try trigger(.reset, among: indices.map(Set.init))
    return try wait()
  }

  private func trigger(_ request: StepRequest, among indices: Set<Int>?) throws(ClusterError) {
    guard segment.phase == .ready else { throw .stopped(segment: segment.name) }
    guard !inFlight else { throw .stepOutOfOrder("trigger() while a step is in flight: call wait() first") }
    triggeredAt = System.monotonicNanoseconds
    generation &+= 1
    participants.removeAll(keepingCapacity: true)
    for index in 0..<steps.slotCount {
      if let indices, !indices.contains(index) { continue }
      let slot = steps.slot(index)
      let lifecycle = slot.lifecycle
      if steps.isEligible(slot, lifecycle, for: request) {
        participants.append(Participant(index: index, incarnation: lifecycle.incarnation))
      }
    }
    inFlight = true
    steps.publish(generation, request, to: participants)
  }

  /// Waits until every slot that takes part in the step has settled, or has become late.
  /// - Throws: `stepOutOfOrder` without ``trigger()``, `stopped`, `serverGone`.
  public func wait() throws(ClusterError) -> StepReport {
    guard inFlight else { throw .stepOutOfOrder("wait() without trigger()") }
    if !spinUntilSettled() { try sleepUntilSettled() }
    inFlight = false
    steps.advanceDone(to: generation)
    return report()
  }

  private var isSettled: Bool {
    for participant in participants {
      let word = steps.slot(participant.index).step
      if word.status == .due, word.generation == generation { return false }
    }
    return true
  }

  private func spinUntilSettled() -> Bool {
    // A step without participants has settled when it was published.
    let end = System.monotonicNanoseconds + Self.spin
    repeat {
      for _ in 0..<64 {
        // `done` is one line that changes once a step; only then are the slot words worth their cache misses.
        if steps.control.done.load() == generation { return isSettled }
        linux_cpu_relax()
      }
    } while System.monotonicNanoseconds < end
    return isSettled
  }

  private func sleepUntilSettled() throws(ClusterError) {
    var last = System.monotonicNanoseconds
    // Time is counted in slices that really passed here, so that a suspended machine does not make everyone late.
    var waited: UInt64 = 0
    var lastServerCheck: UInt64 = 0
    while true {
      let done = steps.control.done.load()
      if isSettled { return }
      steps.control.done.sleep(while: done, nanoseconds: Self.slice)
      if isSettled { return }
      let now = System.monotonicNanoseconds
      waited += min(now - last, 2 * Self.slice)
      last = now
      guard segment.phase == .ready else { throw .stopped(segment: segment.name) }
      if waited - lastServerCheck > 10 * Self.slice {
        lastServerCheck = waited
        guard segment.server.isAlive else { throw .serverGone(segment: segment.name) }
      }
      if waited > solveTimeout {
        for participant in participants { steps.settle(participant.index, generation, as: .late) }
        return
      }
    }
  }

  private func report() -> StepReport {
    var report = StepReport(
      generation: generation, participants: participants.count, solved: 0, failed: 0, died: 0, late: 0, duration: 0)
    for index in outcomes.indices { outcomes[index] = .free }
    for participant in participants {
      // Settled words of this generation change only from late to free, when the controller has caught up.
      let status = steps.slot(participant.index).step.status
      outcomes[participant.index] = status == .free ? .late : status
      switch status {
      case .solved: report.solved += 1
      case .failed: report.failed += 1
      case .died: report.died += 1
      case .late, .free, .due: report.late += 1
      }
    }
    let now = System.monotonicNanoseconds
    report.duration = Double(now - triggeredAt) * 1e-9
    record(report, endedAt: now)
    return report
  }

  /// Leaves the step's time and counts where observers find them.
  private func record(_ report: StepReport, endedAt now: UInt64) {
    let control = steps.control
    let step = control.steps.load()
    control.stepTime(step).storeRelaxed(now - triggeredAt)
    control.lastStepNanoseconds.storeRelaxed(now - triggeredAt)
    if step == 0 { control.firstStepAt.storeRelaxed(triggeredAt) }
    control.lastStepAt.storeRelaxed(now)
    control.simulatedNanoseconds.storeRelaxed((step + 1) * UInt64((cluster.timing.clusterDt * 1e9).rounded()))
    control.solved.store(UInt32(report.solved))
    control.failed.store(UInt32(report.failed))
    control.died.store(UInt32(report.died))
    control.late.store(UInt32(report.late))
    control.steps.store(step + 1)
  }

  /// Copies a field of all controllers out: [rows, shape…], row-major. Rows of controllers that were late in the last step
  /// may still be being written, so they are substituted as `on_failure` says: `hold` leaves what `values` held, otherwise
  /// the initial values.
  /// - Parameter values: as many as the view has.
  /// - Throws: `wrongCount`.
  public func copy<Element: FieldElement>(_ view: ColumnView<Element>, into values: inout [Element])
    throws(ClusterError)
  {
    guard values.count == view.rows * view.columns else {
      throw .wrongCount(what: "copy", found: values.count, expected: view.rows * view.columns)
    }
    let masks = view.buffer.writer == .controller && view.buffer.per == .controller
    for row in 0..<view.rows {
      let isLate = masks && steps.slot(row).step.status == .late
      if isLate, cluster.controllers.onFailure == .hold { continue }
      for column in 0..<view.columns {
        values[row * view.columns + column] = isLate ? view.initial(column) : view[row, column]
      }
    }
  }
}

extension ControlClusterClient {
  /// Asks controllers to take part in steps, or not to, or to reset, and waits until they have done so.
  /// - Parameters:
  ///   - request: what is asked.
  ///   - indices: slots.
  ///   - timeout: s
  /// - Throws: `slotOutOfRange`; `failed` naming those that did not answer in time.
  public func request(_ request: SlotRequest, _ indices: [Int], timeout: Double = 10) throws(ClusterError) {
    try segment.request(request, indices, timeout: timeout)
  }

  public func activate(_ indices: [Int]) throws(ClusterError) { try request(.activate, indices) }
  public func deactivate(_ indices: [Int]) throws(ClusterError) { try request(.deactivate, indices) }
}
