@testable import ControlCluster

// What the machine does: clocks, lives, sleeps and wakes.
extension Explorer {
  var now: UInt64 {
    processes[running].clock += 60_000
    return processes[running].clock
  }

  func isAlive(_ identity: ProcessIdentity) -> Bool {
    if !isUnwinding { point() }
    let index = Int(identity.pid) - 1
    let isAlive = index >= 0 && processes[index].isAlive
    remember(isAlive ? 1 : 2)
    return isAlive
  }

  func identity(_ index: Int) -> ProcessIdentity {
    ProcessIdentity(word: UInt64(index + 1) << ProcessIdentity.startTimeBits | 1)
  }

  func rest() {
    if isUnwinding { return }
    point()
    if isUnwinding { return }
    note("rests")
    processes[running].state = .resting
    // Looks at everything anew.
    processes[running].history = 7
    reschedule()
  }

  func sleep(_ word: UnsafeMutableRawPointer, while value: UInt32) -> Bool {
    if isUnwinding { return false }
    point()
    if isUnwinding { return false }
    let place = memory.place(of: word)
    let index = running
    let isDoorbell = memory.kinds[place] == .doorbell
    if isDoorbell { processes[index].owesHint = false }
    var isTimeout = false
    if word.load(as: UInt32.self) == value || scenario.defect == .sleepsWithoutLook {
      note("sleeps on \(memory.kinds[place])")
      processes[index].futex = place
      processes[index].timedOut = false
      processes[index].state = .asleep
      reschedule()
      isTimeout = processes[index].timedOut
      processes[index].timedOut = false
      processes[index].futex = 0
      if isUnwinding { return false }
    }
    // A worker that looks at its words anew knows nothing of what it has seen before.
    if isDoorbell { processes[index].history = 5 } else { remember(isTimeout ? 3 : 4) }
    return isTimeout
  }

  func wake(_ word: UnsafeMutableRawPointer) {
    if isUnwinding { return }
    point()
    if isUnwinding { return }
    let place = memory.place(of: word)
    note("wakes \(memory.kinds[place])")
    if memory.kinds[place] == .done { processes[running].owesHint = false }
    remember(6)
    if isSilenced(memory.kinds[place]) { return }
    for index in 0..<processCount where processes[index].state == .asleep && processes[index].futex == place {
      processes[index].state = .ready
    }
    if scenario.defect == .ringsBeforeWords, !ledger.putOff.isEmpty {
      point()
      catchUp()
    }
  }

  /// The server's sleep: until it hears of a death, of a ring, or a second has passed.
  /// - Returns: whether it goes on.
  func poll(_ known: UInt64) -> Bool {
    if isUnwinding { return false }
    let index = running
    if !ledger.putOff.isEmpty {
      point()
      catchUp()
    }
    processes[index].history = known
    processes[index].state = .polling
    processes[index].timedOut = false
    if hasNews(index) { processes[index].state = .ready } else { reschedule() }
    return !isUnwinding
  }

  func remember(_ value: UInt64) {
    processes[running].history = Hash.mix(processes[running].history, value)
  }

  func note(_ what: @autoclosure () -> String, of index: Int? = nil) {
    if trace == nil { return }
    trace!.append("\(name(index ?? running)) \(what())")
  }

  func name(_ index: Int) -> String {
    if index < 0 { return "-" }
    return processes[index].role == .worker
      ? "worker \(processes[index].worker) (\(index))"
      : "\(processes[index].role) (\(index))"
  }
}
