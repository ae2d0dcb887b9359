@testable import ControlCluster

/// A decision is a bit: 0 goes on, 1… runs another process, and from 16 on something happens.
enum Decision {
  static let goOn: UInt8 = 0
  static func run(_ index: Int) -> UInt8 { UInt8(1 + index) }
  static let kill: UInt8 = 16
  static let stop: UInt8 = 17
  static let solveTimeout: UInt8 = 18
  static let slice: UInt8 = 19
  static let look: UInt8 = 20
  static let fail: UInt8 = 21
  static let lose: UInt8 = 22
}

extension Explorer {
  /// Longer executions than this go round in circles: the longest of sound ones have some hundred accesses.
  private static let longest = 5000

  /// Before an access of the running process: decides whether it goes on.
  /// - Parameter isOwn: whether nobody else looks at the word while the running process lives: the marks and rows of a slot.
  ///   Then whoever is switched to here, could as well have been at the next access; only to be killed or stopped here
  ///   makes a difference.
  func point(isOwn: Bool = false) {
    if isUnwinding { return }
    accesses += 1
    if accesses > Self.longest { return end(.violation("goes round in circles")) }
    let decision = next { self.alternativesOfRunning(maySwitch: !isOwn) }
    if decision == Decision.goOn || isUnwinding { return }
    apply(decision)
  }

  /// Runs another process than the running one, which cannot go on.
  func reschedule() {
    if isUnwinding { return }
    let decision = next { self.alternativesOfWaiting() }
    // Ended, or being unwound.
    if decision == Decision.goOn || isUnwinding { return }
    apply(decision)
  }

  /// Whether the environment chooses to let something happen that costs a fault.
  func chooses(_ fault: UInt8) -> Bool {
    if isUnwinding { return false }
    let decision = next { 1 << UInt32(Decision.goOn) | 1 << UInt32(fault) }
    if isUnwinding { return false }
    // Or the state would be the same as before, and nothing would be explored behind it.
    remember(decision == fault ? 15 : 16)
    if decision == fault { faults += 1 }
    return decision == fault
  }

  /// The next decision: that of the execution before, or the first of those that there are.
  private func next(_ alternatives: () -> UInt32) -> UInt8 {
    if depth < choices.count {
      depth += 1
      return choices[depth - 1].chosen
    }
    let mask = alternatives()
    if outcome != .running || isUnwinding { return Decision.goOn }
    if mask == 0 {
      end(settled())
      return Decision.goOn
    }
    if mask != 1, trace == nil, states.visit(stateHash(), preemptions: preemptions) {
      end(.known)
      return Decision.goOn
    }
    let bit = mask.trailingZeroBitCount
    choices.append(Choice(chosen: UInt8(bit), rest: mask & ~(1 << UInt32(bit))))
    depth += 1
    return UInt8(bit)
  }

  private func bit(_ decision: UInt8) -> UInt32 { 1 << UInt32(decision) }

  private func isReady(_ index: Int) -> Bool {
    switch processes[index].state {
    case .ready: true
    case .polling: hasNews(index)
    default: false
    }
  }

  private func readyMask(but index: Int) -> UInt32 {
    var mask: UInt32 = 0
    for other in 0..<processCount where other != index && isReady(other) { mask |= bit(Decision.run(other)) }
    return mask
  }

  private var mayFault: Bool { faults < scenario.faults }

  private func alternativesOfRunning(maySwitch: Bool) -> UInt32 {
    var mask = bit(Decision.goOn)
    if maySwitch, preemptions < scenario.preemptions { mask |= readyMask(but: running) }
    if mayFault {
      let (kills, stops): (Scenario.Faults, Scenario.Faults) =
        switch processes[running].role {
        case .client: (.clientReplaced, .clientStopped)
        case .server: ([], .serverStopped)
        case .worker: (.workerKilled, .workerStopped)
        case .tool: ([], [])
        }
      if !kills.isEmpty, scenario.kinds.contains(kills) { mask |= bit(Decision.kill) }
      if !stops.isEmpty, scenario.kinds.contains(stops) { mask |= bit(Decision.stop) }
      if scenario.kinds.contains(.late), sleepingClient != nil { mask |= bit(Decision.solveTimeout) }
    }
    return mask
  }

  /// The client that could give up waiting.
  private var sleepingClient: Int? {
    for index in 0..<processCount where processes[index].role == .client && processes[index].state == .asleep {
      return index
    }
    return nil
  }

  private func alternativesOfWaiting() -> UInt32 {
    var mask: UInt32 = 0
    var stopped: UInt32 = 0
    for index in 0..<processCount where isReady(index) {
      if processes[index].isStopped { stopped |= bit(Decision.run(index)) } else { mask |= bit(Decision.run(index)) }
    }
    let client = sleepingClient
    if client != nil, scenario.kinds.contains(.late), mayFault || stopped != 0 { mask |= bit(Decision.solveTimeout) }
    if stopped != 0, client != nil, mask & ~bit(Decision.solveTimeout) == 0, !ledger.hasSliced, stoppedOwesHint {
      mask |= bit(Decision.slice)
    }
    if mask != 0 || stopped != 0 { return mask | stopped }
    // Only time can pass now.
    for index in 0..<processCount where processes[index].state == .resting { mask |= bit(Decision.run(index)) }
    if mask != 0 { return ledger.rests < 6 ? mask : 0 }
    for index in 0..<processCount {
      // It polls for a second at most, because a process may have died between its words and its ring.
      if processes[index].state == .polling, hasUnwatchedDeath { return bit(Decision.look) }
    }
    // It sleeps for a slice at most, because who should have woken it may have died, or have been stopped.
    if client != nil, ledger.lostHint { return bit(Decision.slice) }
    return 0
  }

  private var stoppedOwesHint: Bool {
    for index in 0..<processCount where processes[index].isStopped && processes[index].owesHint { return true }
    return false
  }

  private var hasUnwatchedDeath: Bool {
    for index in 0..<processCount
    where processes[index].state == .dead && processes[index].role == .worker && !processes[index].isWatched {
      for slot in 0..<scenario.slots
      where memory.holder(slot) == identity(index) && memory.lifecycle(slot).state == .registering { return true }
    }
    return false
  }

  private func apply(_ decision: UInt8) {
    switch decision {
    case Decision.kill:
      faults += 1
      kill(running)
      reschedule()
    case Decision.stop:
      faults += 1
      note("is stopped")
      processes[running].isStopped = true
      reschedule()
    case Decision.solveTimeout, Decision.slice:
      let client = sleepingClient!
      let late = decision == Decision.solveTimeout
      if late {
        // While somebody is stopped, that was the fault.
        if mayFault { faults += 1 }
        ledger.timedOut = true
      } else {
        ledger.lostHint = false
        ledger.hasSliced = true
      }
      note(late ? "solve_timeout passes" : "a slice passes", of: client)
      processes[client].clock += late ? 20_000_000 : 1_000_000
      processes[client].timedOut = true
      processes[client].state = .ready
      enterIfOther(client)
    case Decision.look:
      let server = (0..<processCount).first { processes[$0].state == .polling }!
      note("looks after a second", of: server)
      processes[server].timedOut = true
      processes[server].state = .ready
      enterIfOther(server)
    default:
      let other = Int(decision) - 1
      if running >= 0, processes[running].state == .ready, !processes[running].isStopped { preemptions += 1 }
      if processes[other].state == .resting { ledger.rests += 1 }
      processes[other].isStopped = false
      processes[other].state = .ready
      enterIfOther(other)
    }
  }

  private func enterIfOther(_ index: Int) {
    if index != running { enter(index) }
  }

  private func kill(_ index: Int) {
    note("is killed")
    processes[index].state = .dead
    if processes[index].owesHint { ledger.lostHint = true }
    if processes[index].role == .worker, !scenario.restarts { return }
    let successor = (0..<processCount).first { processes[$0].state == .unborn }!
    processes[successor].role = processes[index].role
    processes[successor].worker = processes[index].worker
    processes[successor].registers = true
    processes[successor].state = .ready
  }

  /// All that the future depends on.
  private func stateHash() -> UInt64 {
    var hash = Hash.mix(memoryHash, ledger.hash)
    for index in 0..<processCount { hash = Hash.mix(hash, processes[index].hash) }
    let isWaiting = running < 0 || processes[running].state != .ready || processes[running].isStopped
    return Hash.mix(hash, UInt64(isWaiting ? 255 : running) | UInt64(faults) << 8)
  }
}
