import CTestCoroutines
import Glibc

@testable import ControlCluster

/// Runs a scenario in every order: depth first, each execution from the beginning along the decisions of the one before,
/// the last of them that has an alternative turned.
///
/// Processes are stacks within this thread. Each runs the protocol's own code on a ``ModelMachine``, and can be switched
/// away from, killed and stopped before every access to a shared word, before every sleep, wake and look at a process.
///
/// **What it leaves out, and why that is sound.** An execution ends early where it comes to a state that was explored with
/// as few preemptions before. A state is the shared words, what each process has *read* since it began (its code is
/// deterministic, so that is all that it knows and where it is), who runs, sleeps, is stopped or dead, what the environment
/// has done so far, and who runs now: equal states have equal futures. What a process has read is forgotten where it knows
/// nothing of it any more, and the rules that are checked (``Explorer/rules``) look at the state and the access alone. States
/// are told apart by a hash of 60 bits (``StateTable``).
///
/// **What it does not look at.** More preemptions and faults than the scenario's; other memory orders than the sequential
/// one (so a missing fence does not show); a process that is killed while another runs (the same as killed at its last
/// access: nobody can tell before the server is told, which is a decision of its own); a controller's and the operating
/// system's own time.
final class Explorer {
  nonisolated(unsafe) static var current: Explorer!

  enum Outcome: Equatable {
    case running, complete, known
    case violation(String)
  }

  let scenario: Scenario
  let memory: ModelMemory
  let processes: UnsafeMutablePointer<ModelProcess>
  let processCount: Int
  private let stacks: UnsafeMutableRawPointer
  private static let stackSize = 256 << 10
  /// How to come back to the stack that explores. Not a variable: its access would last while others run.
  private let mainContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  let states = StateTable()

  // The decisions of this execution, and those that are still to be made elsewhere.
  struct Choice {
    var chosen: UInt8
    /// A bit for each decision that is still to be tried.
    var rest: UInt32
  }
  var choices: [Choice] = []
  var depth = 0

  // The execution.
  var running = -1
  var outcome = Outcome.running
  /// Every stack is unwound at the end, so that nothing leaks: nobody is interrupted, and nothing is checked any more.
  var isUnwinding = false
  var preemptions = 0
  var faults = 0
  var accesses = 0
  var memoryHash: UInt64 = 0
  /// What the rules know beyond the words.
  var ledger = Ledger()
  /// What happens, in words; `nil` while nobody wants to read it.
  var trace: [String]?

  private(set) var executions = 0
  private(set) var totalAccesses = 0

  init(_ scenario: Scenario) {
    self.scenario = scenario
    memory = ModelMemory(slots: scenario.slots)
    // Whoever is killed has one successor.
    processCount = 2 + scenario.workers + scenario.rivals + scenario.faults + (scenario.asks.isEmpty ? 0 : 1)
    processes = .allocate(capacity: processCount)
    processes.initialize(repeating: ModelProcess(), count: processCount)
    mainContext = .allocate(capacity: 1)
    mainContext.initialize(to: nil)
    stacks = mmap(
      nil, processCount * Self.stackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
  }

  private func deallocate() {
    memory.deallocate()
    processes.deallocate()
    mainContext.deallocate()
    munmap(stacks, processCount * Self.stackSize)
    states.deallocate()
  }

  /// What an exploration has found.
  struct Result: CustomStringConvertible {
    var executions: Int
    var accesses: Int
    var states: Int
    /// The rule that was broken, and what led there.
    var violation: String?
    var trace: [String] = []
    /// Whether all was explored.
    var isComplete: Bool

    var description: String {
      "\(executions) executions, \(states) states, \(accesses) accesses\(isComplete ? "" : ", not all")"
    }
  }

  /// Explores all, or until a rule is broken.
  /// - Parameter until: when to stop, all explored or not; monotonic, ns.
  static func explore(_ scenario: Scenario, until end: UInt64 = .max) -> Result {
    let explorer = Explorer(scenario)
    current = explorer
    defer {
      explorer.deallocate()
      current = nil
    }
    return explorer.explore(until: end)
  }

  private func explore(until end: UInt64) -> Result {
    while executions % 1024 != 0 || end == .max || System.monotonicNanoseconds < end {
      execute()
      if case .violation(let rule) = outcome {
        let result = self.result(rule, isComplete: false)
        return replayed(result)
      }
      while let last = choices.last, last.rest == 0 { choices.removeLast() }
      guard !choices.isEmpty else { return result(nil, isComplete: true) }
      let bit = choices[choices.count - 1].rest.trailingZeroBitCount
      choices[choices.count - 1].chosen = UInt8(bit)
      choices[choices.count - 1].rest &= ~(1 << UInt32(bit))
    }
    return result(nil, isComplete: false)
  }

  private func result(_ violation: String?, isComplete: Bool) -> Result {
    Result(
      executions: executions, accesses: totalAccesses, states: states.count, violation: violation,
      isComplete: isComplete)
  }

  /// The same execution again, in words.
  private func replayed(_ result: Result) -> Result {
    var result = result
    trace = []
    execute()
    result.trace = trace ?? []
    if case .violation(let again) = outcome, again == result.violation { return result }
    result.trace.append("(not the same again: \(outcome))")
    return result
  }

  private func execute() {
    reset()
    executions += 1
    reschedule()
    isUnwinding = true
    for index in 0..<processCount where processes[index].context != nil && processes[index].state != .finished {
      enter(index)
    }
    isUnwinding = false
    totalAccesses += accesses
  }

  private func reset() {
    depth = 0
    running = -1
    outcome = .running
    preemptions = 0
    faults = 0
    accesses = 0
    memoryHash = 0
    ledger = Ledger()
    memory.clear()
    for index in 0..<processCount { processes[index] = ModelProcess() }
    setUp()
  }

  // MARK: Stacks

  /// Runs a process until it, or another one that it has led to, comes back to this stack.
  func enter(_ index: Int) {
    let left = running
    running = index
    if processes[index].context == nil {
      let end = stacks + (index + 1) * Self.stackSize
      processes[index].context = ccluster_coroutine_prepare(
        end,
        { _ in
          Explorer.current.runProcess()
          Explorer.current.leaveFinished()
        }, nil)
    }
    let target = processes[index].context
    if left < 0 || isUnwinding {
      ccluster_coroutine_switch(mainContext, target)
    } else {
      ccluster_coroutine_switch(&processes[left].context, target)
    }
  }

  /// Leaves the execution for good; comes back only to unwind.
  func end(_ outcome: Outcome) {
    self.outcome = outcome
    leave()
  }

  private func leave() {
    if running < 0 { return }
    let left = running
    running = -1
    ccluster_coroutine_switch(&processes[left].context, mainContext.pointee)
  }

  private func leaveFinished() {
    processes[running].state = .finished
    if isUnwinding { leave() } else { reschedule() }
    fatalError("a process that has finished was run")
  }

  private func runProcess() {
    switch processes[running].role {
    case .client: runClient()
    case .server: runServer()
    case .worker: runWorker()
    case .tool: runTool()
    }
  }
}
