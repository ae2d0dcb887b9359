@testable import ControlCluster

// What the protocol's accesses do in the model: ask who runs first, then act on the memory, by the rules.
extension Explorer {
  private var role: ModelProcess.Role { processes[running].role }

  @inline(__always)
  private func read(_ word: UnsafeMutableRawPointer, wide: Bool) -> UInt64 {
    wide ? word.load(as: UInt64.self) : UInt64(word.load(as: UInt32.self))
  }

  private func write(_ word: UnsafeMutableRawPointer, wide: Bool, _ old: UInt64, _ new: UInt64) {
    if wide {
      word.storeBytes(of: new, as: UInt64.self)
    } else {
      word.storeBytes(of: UInt32(truncatingIfNeeded: new), as: UInt32.self)
    }
    if isUnwinding { return }
    let place = memory.place(of: word)
    let kind = memory.kinds[place]
    if kind == .figure { return }
    let mask = significance(kind)
    memoryHash ^= Hash.mix(UInt64(place), old & mask) ^ Hash.mix(UInt64(place), new & mask)
    note("\(kind)[\(memory.slots[place])] := \(words(kind, new))")
    check(kind, Int(memory.slots[place]), old, new)
  }

  /// Which bits of a word decide anything: of the count of a slot's writes, only whether it is being written.
  @inline(__always)
  private func significance(_ kind: ModelMemory.Kind) -> UInt64 { kind == .rows ? 1 : .max }

  private func words(_ kind: ModelMemory.Kind, _ value: UInt64) -> String {
    switch kind {
    case .step: "\(StepWord(bits: value).generation) \(StepWord(bits: value).status)"
    case .lifecycle: "\(Lifecycle(bits: value).incarnation) \(Lifecycle(bits: value).state)"
    case .pending: "\(value >> 32) \(value & 0xffff_ffff)"
    case .process: value == 0 ? "nobody" : name(Int(ProcessIdentity(word: value).pid) - 1)
    default: "\(value)"
    }
  }

  func load(_ word: UnsafeMutableRawPointer, wide: Bool) -> UInt64 {
    let place = memory.place(of: word)
    let kind = memory.kinds[place]
    if kind == .figure || isUnwinding { return read(word, wide: wide) }
    point()
    var value = read(word, wide: wide)
    if scenario.defect != nil, !isUnwinding { value = defective(kind, Int(memory.slots[place]), loaded: value) }
    remember((value & significance(kind)) &+ UInt64(place) << 48)
    return value
  }

  func store(_ word: UnsafeMutableRawPointer, wide: Bool, _ value: UInt64) {
    let place = memory.place(of: word)
    let kind = memory.kinds[place]
    if kind == .figure || isUnwinding { return write(word, wide: wide, 0, value) }
    point(isOwn: kind == .row || kind == .rows || kind == .contents)
    remember(9)
    if scenario.defect != nil, !isUnwinding, defective(kind, stores: word, wide, value) { return }
    write(word, wide: wide, read(word, wide: wide), value)
  }

  func exchange(_ word: UnsafeMutableRawPointer, wide: Bool, _ expected: UInt64, _ desired: UInt64) -> Bool {
    let place = memory.place(of: word)
    let kind = memory.kinds[place]
    if kind != .figure { point() }
    let old = read(word, wide: wide)
    var desired = desired
    var succeeds = old == expected
    if scenario.defect != nil, !isUnwinding {
      switch defective(kind, Int(memory.slots[place]), exchanges: word, old, expected, &desired) {
      case .asTold: break
      case .done(let result):
        remember(result ? 10 : 11)
        return result
      case .anyway: succeeds = true
      }
    }
    if succeeds {
      write(word, wide: wide, old, desired)
      if !isUnwinding { owe(kind, old, desired) }
    }
    remember(succeeds ? 10 : 11)
    if succeeds, let after = ledger.afterExchange, !isUnwinding, kind == .lifecycle {
      ledger.afterExchange = nil
      put(after)
    }
    return succeeds
  }

  func update(_ word: UnsafeMutableRawPointer, _ change: (UInt32) -> UInt32) {
    let place = memory.place(of: word)
    let kind = memory.kinds[place]
    if kind != .figure { point() }
    remember(12)
    if !isUnwinding, isSilenced(kind) { return }
    if !isUnwinding, kind == .doorbell, role == .client {
      let silences =
        switch scenario.defect {
        case .takesOverSilently: ledger.isTakingOver
        case .givesUpSilently: ledger.hasSettledLate
        default: false
        }
      ledger.hasSettledLate = false
      if silences { return }
    }
    let old = word.load(as: UInt32.self)
    write(word, wide: false, UInt64(old), UInt64(change(old)))
  }

  /// Between winning a slot and telling of it a process owes the client a hint.
  private func owe(_ kind: ModelMemory.Kind, _ old: UInt64, _ new: UInt64) {
    switch kind {
    case .step where StepWord(bits: old).status == .due:
      processes[running].owesHint = true
      processes[running].lastSettled = StepWord(bits: old).generation
      if role == .client { ledger.hasSettledLate = true }
    case .pending where new & 0xffff_ffff > 0: processes[running].owesHint = false
    default: break
    }
  }

  // MARK: Broken machines

  enum DefectiveExchange {
    case asTold, anyway
    case done(Bool)
  }

  private func put(_ write: Ledger.Write) {
    self.write(write.word, wide: write.wide, read(write.word, wide: write.wide), write.value)
  }

  /// What was put off is written now.
  func catchUp() {
    let writes = ledger.putOff
    ledger.putOff = []
    for write in writes { put(write) }
  }

  private func defective(_ kind: ModelMemory.Kind, _ slot: Int, loaded value: UInt64) -> UInt64 {
    switch (scenario.defect!, kind, role) {
    case (.picksLate, .step, .client) where StepWord(bits: value).status == .late && !ledger.isTakingOver:
      return StepWord(bits: value).with(.free).bits
    case (.overlooksRows, .contents, .client): return 0
    case (.fillsBetweenSteps, .step, .server) where StepWord(bits: value).status == .solved:
      return StepWord(bits: value).with(.due).bits
    case (.trustsDone, .step, .client):
      let generation = StepWord(bits: value).generation
      if ledger.isTakingOver || memory.generation != generation || generation == 0 { return value }
      let isDone = memory.peek(memory.steps.control.done) == generation
      return StepWord(bits: value).with(isDone ? .solved : .due).bits
    case (.countsAnyGeneration, .pending, .worker):
      return UInt64(processes[running].lastSettled) << 32 | value & 0xffff_ffff
    case (.answersWhileRegistering, .lifecycle, .worker) where Lifecycle(bits: value).state == .registering:
      return Lifecycle(Lifecycle(bits: value).incarnation, .active).bits
    case (.answersAnOldLook, .doorbell, .worker):
      processes[running].staleStep = nil
      return value
    case (.answersAnOldLook, .step, .worker):
      if let stale = processes[running].staleStep { return stale }
      if StepWord(bits: value).status == .due { processes[running].staleStep = value }
      return value
    case (.claimsByAnOldLook, .process, .worker):
      // In the wrong order: the lifecycle was read first, then this.
      processes[running].staleLifecycle = memory.lifecycle(slot).bits
      remember(memory.lifecycle(slot).bits)
      point()
      return read(UnsafeMutableRawPointer(memory.steps.slot(slot).process.pointer), wide: true)
    case (.claimsByAnOldLook, .lifecycle, .worker) where processes[running].staleLifecycle != nil:
      defer { processes[running].staleLifecycle = nil }
      return processes[running].staleLifecycle!
    default: return value
    }
  }

  /// Whether nobody hears of it.
  func isSilenced(_ kind: ModelMemory.Kind) -> Bool {
    switch (scenario.defect, kind, role) {
    case (.wakesNobody, .done, _), (.ringsNoServer, .serverBell, .client), (.admitsSilently, .doorbell, .server),
      (.asksSilently, .doorbell, .tool), (.losesSilently, .serverBell, .worker):
      true
    default: false
    }
  }

  /// Whether the store has been dealt with.
  private func defective(
    _ kind: ModelMemory.Kind, stores word: UnsafeMutableRawPointer, _ wide: Bool, _ value: UInt64
  ) -> Bool {
    let write = Ledger.Write(word: word, wide: wide, value: value)
    switch (scenario.defect!, kind, role) {
    case (.countsAfterWords, .pending, .client), (.ringsBeforeWords, .step, .client):
      ledger.putOff.append(write)
      return true
    case (.countsAfterWords, .generation, .client): catchUp()
    default: break
    }
    return false
  }

  private func defective(
    _ kind: ModelMemory.Kind, _ slot: Int, exchanges word: UnsafeMutableRawPointer, _ old: UInt64, _ expected: UInt64,
    _ desired: inout UInt64
  ) -> DefectiveExchange {
    switch (scenario.defect!, kind, role) {
    case (.settlesBlindly, .step, .worker) where StepWord(bits: expected).status == .due: return .anyway
    case (.countsAnyGeneration, .pending, .worker):
      if old & 0xffff_ffff != expected & 0xffff_ffff { return .done(false) }
      desired = old & ~0xffff_ffff | desired & 0xffff_ffff
      return .anyway
    case (.declaresAfterSettling, .lifecycle, .server) where Lifecycle(bits: desired).state == .dead:
      ledger.putOff.append(Ledger.Write(word: word, wide: true, value: desired))
      return .done(true)
    case (.neverAvailable, .step, .worker) where StepWord(bits: expected).status == .late: return .done(false)
    case (.staysActive, .lifecycle, .worker) where Lifecycle(bits: desired).state == .failed: return .done(true)
    case (.claimsNamelessly, .process, .worker):
      if old != expected { return .done(false) }
      ledger.afterExchange = Ledger.Write(word: word, wide: true, value: desired)
      return .done(true)
    default: return .asTold
    }
  }
}
