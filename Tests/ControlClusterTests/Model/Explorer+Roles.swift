import CLinux

@testable import ControlCluster

// What the processes do: the roles' own code around the protocol, without descriptors and buffers.
extension Explorer {
  /// The cluster before anything has happened.
  func setUp() {
    processes[0].role = .client
    processes[1].role = .server
    for index in 0..<2 + scenario.workers + scenario.rivals { processes[index].state = .ready }
    for rival in 0..<scenario.rivals { processes[2 + scenario.workers + rival].registers = true }
    if !scenario.asks.isEmpty {
      processes[processCount - 1].role = .tool
      processes[processCount - 1].state = .ready
    }
    for worker in 0..<scenario.workers {
      let index = 2 + worker
      processes[index].worker = worker
      processes[index].registers = scenario.registers
      if scenario.registers { continue }
      processes[index].isWatched = true
      for slot in slots(of: worker) {
        let words = memory.steps.slot(slot)
        memory.poke(words.lifecycleBits, Lifecycle(0, .active).bits)
        memory.poke(words.process, identity(index).word)
        memory.poke(words.prepared, 1)
      }
    }
  }

  private func slots(of worker: Int) -> Range<Int> {
    worker * scenario.perWorker..<(worker + 1) * scenario.perWorker
  }

  // MARK: The client

  func runClient() {
    ledger.isTakingOver = true
    var round = StepRound(takingOver: memory.steps)
    ledger.isTakingOver = false
    if processes[running].registers { lookAround(round.generation) }
    // Of what it has seen so far nothing is left but the generation.
    let last = max(UInt32(scenario.script.count), round.generation + 1)
    while round.generation < last, !isUnwinding {
      processes[running].history = Hash.mix(13, UInt64(round.generation) << 32 | UInt64(last))
      ledger.input += 1
      ledger.timedOut = false
      ledger.hasSliced = false
      ledger.idle = idleSlots()
      note("begins step \(round.generation + 1)")
      round.trigger(scenario.request(of: round.generation + 1))
      do throws(ClusterError) {
        let report = try round.wait(timeout: 15_000_000) { _ throws(ClusterError) in
          if isUnwinding { throw .failed("unwinding") }
        }
        note("is told \(round.outcomes)")
        if !isUnwinding { checkReport(round, report) }
      } catch { return }
    }
    if !isUnwinding { ledger.hasFinished = true }
  }

  /// A successor that takes its time: everybody that its predecessor has left behind has come to rest.
  private func lookAround(_ generation: UInt32) {
    if isUnwinding { return }
    ledger.isIdle = true
    rest()
    ledger.isIdle = false
    if isUnwinding { return }
    remember(UInt64(generation))
    if let rule = restlessness { fail(rule) }
  }

  // MARK: The server

  func hasNews(_ index: Int) -> Bool {
    if memory.peek(memory.steps.control.serverBell) != ledger.serverSeen { return true }
    for process in 0..<processCount where isUntold(process) { return true }
    return false
  }

  private func isUntold(_ index: Int) -> Bool {
    processes[index].state == .dead && processes[index].isWatched && !processes[index].isTold
  }

  func runServer() {
    let host = ModelRegistryHost(self)
    var registry = SlotRegistry(memory.steps, firstState: .active)
    let bell = memory.steps.control.serverBell
    let index = running
    while poll(registry.statesBeforeDeath.reduce(1) { Hash.mix($0, UInt64($1?.rawValue ?? 9)) }) {
      let looks = processes[index].timedOut
      for process in 0..<processCount where isUntold(process) {
        note("is told that \(name(process)) has ended")
        processes[process].isTold = true
        registry.buryAll(of: identity(process), host)
      }
      let now = bell.load()
      if now != ledger.serverSeen || looks, !isUnwinding {
        ledger.serverSeen = now
        registry.admit(host)
      }
    }
  }

  // MARK: A tool

  func runTool() {
    for (place, request) in scenario.asks.enumerated() {
      processes[running].history = Hash.mix(15, UInt64(place))
      memory.steps.ask(request, of: [0])
    }
  }

  // MARK: A worker

  func runWorker() {
    let index = running
    let steps = memory.steps
    let slots = slots(of: processes[index].worker)
    if processes[index].registers {
      for slot in slots {
        let outcome = steps.claim(slot, for: identity(index)) { !self.isUnwinding }
        guard outcome == .claimed else { return }
        processes[index].history = 14
      }
      steps.control.ringServer()
      for slot in slots { steps.becomePrepared(slot) }
    }
    if isUnwinding { return }
    processes[index].history = 5
    var host = ModelHost(explorer: self, index: index)
    if scenario.isRemote {
      answerForOthers(slots, &host)
    } else if scenario.pulls {
      pull(slots, &host)
    } else {
      steps.serve(slots, &host, longestSleep: .max)
    }
  }

  /// As ``HeadAgent`` does, with controllers that answer at once, or never.
  private func answerForOthers(_ slots: Range<Int>, _ host: inout ModelHost) {
    var round = RemoteRound(steps: memory.steps, identity: identity(host.index))
    var lost: Set<Int> = []
    while !isUnwinding {
      let bell = memory.steps.control.doorbell.load()
      for slot in slots {
        if lost.contains(slot), round.isFree(slot) {
          guard memory.steps.claim(slot, for: identity(host.index), while: { !self.isUnwinding }) == .claimed else {
            return
          }
          memory.steps.becomePrepared(slot)
          lost.remove(slot)
        }
        if lost.contains(slot) { continue }
        if let due = round.look(at: slot, isBusy: false, &host) {
          if host.loses() {
            round.lose(slot)
            lost.insert(slot)
            continue
          }
          round.settle(slot, due, succeeded: due.request == .reset || host.solve(slot), &host)
        }
        let requests = memory.steps.openRequests(of: slot)
        if !requests.isEmpty { memory.steps.endRequests(requests, of: slot, &host) }
      }
      round.countDown()
      if lost.isEmpty {
        _ = memory.steps.control.doorbell.sleep(while: bell, nanoseconds: .max)
      } else {
        rest()
        for slot in lost.sorted() { remember(UInt64(slot)) }
      }
    }
  }

  private func pull(_ slots: Range<Int>, _ host: inout ModelHost) {
    var round = WorkerRound(memory.steps, slots: slots)
    while case .task(let task) = round.next(&host, slice: .max) {
      let succeeded = task.request == .solve ? host.solve(task.slot) : host.reset(task.slot)
      round.settle(succeeded, &host)
    }
  }
}

/// What the protocol asks of a worker: a solution tells which step's input it has seen, and who has.
private struct ModelHost: ControllerHost {
  unowned let explorer: Explorer
  let index: Int

  func beginPass() {}
  func endPass() {}

  func solve(_ slot: Int) -> Bool {
    if explorer.isUnwinding { return true }
    let input = explorer.ledger.input
    explorer.remember(input)
    explorer.processes[index].solution = input << 8 | UInt64(index + 1)
    guard explorer.scenario.kinds.contains(.failing), explorer.faults < explorer.scenario.faults,
      explorer.chooses(Decision.fail)
    else { return true }
    explorer.note("cannot solve")
    return false
  }

  func reset(_ slot: Int) -> Bool { true }

  func loses() -> Bool {
    guard explorer.scenario.kinds.contains(.losing), explorer.faults < explorer.scenario.faults,
      explorer.chooses(Decision.lose)
    else { return false }
    explorer.note("loses its controller")
    explorer.ledger.hasLost = true
    return true
  }

  func writeRows(_ slot: Int, _ content: RowContent) {
    let isSolution = if case .solution = content { true } else { false }
    for word in 0..<ModelMemory.rowWords {
      explorer.memory.row(slot, word).store(isSolution ? explorer.processes[index].solution : 0)
    }
    let contents = isSolution ? CCLUSTER_CONTENTS_SOLVED : CCLUSTER_CONTENTS_INITIAL
    explorer.memory.steps.slot(slot).contentsBits.store(contents.rawValue)
  }

  func clearRows(_ slot: Int) {}

  var failuresHoldRows: Bool { explorer.scenario.holdsRows }
  var isRunning: Bool { !explorer.isUnwinding }
  var serverIsAlive: Bool { true }
}

private final class ModelRegistryHost: RegistryHost {
  unowned let explorer: Explorer
  init(_ explorer: Explorer) { self.explorer = explorer }

  func watch(_ identity: ProcessIdentity) -> Bool {
    guard explorer.isAlive(identity) else { return false }
    explorer.processes[Int(identity.pid) - 1].isWatched = true
    return true
  }

  var failuresHoldRows: Bool { explorer.scenario.holdsRows }

  func fillRows(_ slot: Int, _ filling: RowFilling) {
    explorer.checkFill(slot)
    explorer.memory.steps.slot(slot).contentsBits.store(CCLUSTER_CONTENTS_INITIAL.rawValue)
    for word in 0..<ModelMemory.rowWords { explorer.memory.row(slot, word).store(0) }
  }
}
