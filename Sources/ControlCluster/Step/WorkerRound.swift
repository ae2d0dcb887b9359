/// The worker's side of a step one controller at a time, for a process that calls its controllers itself: what `serve` does,
/// with the answers left to the caller.
struct WorkerRound<Platform: Machine> {
  /// The longest sleep before the server is looked at, ns: a process that no kernel ends with its server ends within it.
  static var longestSleep: UInt64 { 1_000_000_000 }

  private let steps: StepProtocol<Platform>
  private let slots: Range<Int>
  /// As it was before this pass over the slots.
  private var bell: UInt32
  /// The slot that this pass looks at, and whether its step is behind it.
  private var position: Int
  private var hasAnsweredStep = false
  /// What was handed out and is not settled yet.
  private(set) var task: WorkerTask?

  init(_ steps: StepProtocol<Platform>, slots: Range<Int>) {
    self.steps = steps
    self.slots = slots
    bell = steps.control.doorbell.load()
    position = slots.lowerBound
  }

  /// Waits until a controller is asked for something; there must be no other task.
  /// - Parameter slice: how long, about, ns.
  mutating func next<Host: RowHost>(_ host: inout Host, slice: UInt64) -> WorkerEvent {
    let began = Platform.now
    while true {
      while position < slots.upperBound {
        if let task = look(at: position, &host) {
          self.task = task
          return .task(task)
        }
        position += 1
        hasAnsweredStep = false
      }
      guard host.isRunning else { return .stopped }
      let passed = Platform.now - began
      // Whatever became due behind this pass, and a stop, has rung the bell since: then this does not sleep.
      let timedOut = steps.control.doorbell.sleep(
        while: bell, nanoseconds: min(slice - min(passed, slice), Self.longestSleep))
      if timedOut, !host.serverIsAlive { return .serverGone }
      bell = steps.control.doorbell.load()
      position = slots.lowerBound
      if timedOut, Platform.now - began >= slice { return .nothing }
    }
  }

  /// Answers the task.
  mutating func settle<Host: RowHost>(_ succeeded: Bool, _ host: inout Host) {
    guard let task else { return }
    self.task = nil
    switch task.origin {
    case .step(let due):
      let status =
        task.request == .solve
        ? steps.endSolve(task.slot, succeeded, &host) : steps.endReset(task.slot, succeeded, &host)
      settle(due, as: status, of: task.slot)
    case .requests(let requests): steps.endRequests(requests, of: task.slot, isReset: succeeded, &host)
    }
  }

  private mutating func look<Host: RowHost>(at index: Int, _ host: inout Host) -> WorkerTask? {
    if !hasAnsweredStep {
      hasAnsweredStep = true
      if let (due, state) = steps.dueStep(of: index) {
        if due.request == .reset || state == .active {
          return WorkerTask(slot: index, request: due.request, origin: .step(due))
        }
        settle(due, as: steps.sitOut(index, in: state, &host), of: index)
      } else if steps.slot(index).lifecycle.state != .registering {
        steps.slot(index).becomeAvailable()
      }
    }
    let requests = steps.openRequests(of: index)
    if requests.contains(.reset) { return WorkerTask(slot: index, request: .reset, origin: .requests(requests)) }
    if !requests.isEmpty { steps.endRequests(requests, of: index, &host) }
    return nil
  }

  private func settle(_ due: StepWord, as status: SlotStatus, of index: Int) {
    // Late, that is: written now, and free to take part again.
    if !steps.settle(index, due, as: status) { steps.slot(index).becomeAvailable() }
  }
}

/// One thing that one controller is asked for.
struct WorkerTask {
  var slot: Int
  var request: StepRequest
  fileprivate var origin: Origin

  fileprivate enum Origin {
    case step(StepWord)
    /// Beside the steps: a reset, with what else is asked of the slot.
    case requests(SlotRequest)
  }
}

/// How a worker's waiting for a task ended.
enum WorkerEvent {
  case task(WorkerTask)
  /// The slice has passed.
  case nothing
  case stopped
  case serverGone
}
