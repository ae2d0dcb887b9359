import ControlCluster

// From the hosts to the memory.
extension HeadAgent {
  func attend(to host: RemoteHost, _ now: UInt64) throws(ClusterError) {
    do {
      host.silence.pass(to: now)
      try host.link.look()
      while let bytes = host.link.receive() {
        host.silence.end()
        if let note = Note(bytes) { try take(note, from: host, now) }
      }
      if host.request != nil, host.link.hasStepArrived, host.answer.head.notes <= host.failures.count {
        host.silence.end()
        takeAnswer(of: host)
      }
      if Double(host.silence.nanoseconds) * 1e-9 > settings.timeout {
        throw HostError.silent(seconds: settings.timeout)
      }
    } catch let error as HostError {
      return try lose(host, error)
    } catch {
      return try lose(host, .unreachable("\(error)"))
    }
    if host.standing == .up, let rows = host.latest.changes(at: now) { host.send(.latest(rows), at: now) }
    if now &- host.lastSent > settings.beatInterval { host.send(.beat, at: now) }
  }

  private func take(_ note: Note, from host: RemoteHost, _ now: UInt64) throws(HostError) {
    if case .hello(let hello) = note { return try welcome(hello, host, now) }
    if case .goodbye(let why) = note { throw .left(why) }
    guard host.standing == .up else { return }
    looksAgain = true
    switch note {
    case .up(let slot, let registration) where host.controllers.indices.contains(slot):
      host.controllers[slot].isUp = registration
    case .down(let slot) where host.controllers.indices.contains(slot):
      host.controllers[slot].isUp = nil
      loseController(slot, host)
    case .caughtUp(let slot) where host.controllers.indices.contains(slot):
      // Unless it has been handed the next one since.
      if host.request == nil || host.order[slot] == 0 { host.controllers[slot].isBusy = false }
    case .failed(let slot, let why): host.failures[slot] = why
    case .done(let slot, let requests, let failure) where host.controllers.indices.contains(slot):
      guard host.controllers[slot].isJoined else { break }
      host.controllers[slot].asked.subtract(requests)
      remote.endRequests(requests, of: host.share.first + slot, failure: failure)
    case .latest(let rows): host.latest.take(rows)
    default: break
    }
  }

  private func welcome(_ hello: Hello, _ host: RemoteHost, _ now: UInt64) throws(HostError) {
    var of = settings
    of.index = settings.shares.firstIndex(of: host.share)!
    let mine = Hello(remote.segment, of)
    if let objection = hello.objection(to: mine) {
      host.send(.refused("\(objection)"), at: now)
      throw objection
    }
    let apart = hello.clock - mine.clock
    if abs(apart) > Hello.clockTolerance {
      System.print(
        error: "warning: the clock of host \(host.share.name) is \(Quantity.short(abs(apart))) s "
          + (apart > 0 ? "ahead" : "behind") + ": its lines in logs stand at other times; an NTP daemon mends that")
    }
    host.standing = .up
    host.send(.welcome, at: now)
  }

  private func takeAnswer(of host: RemoteHost) {
    guard let request = host.request else { return }
    host.request = nil
    looksAgain = true
    let head = host.answer.head
    // It has come since this turn's look at the clock.
    let answeredAt = System.monotonicNanoseconds
    // Before the client can go on: what it finds then is to be of this step.
    for (index, slot) in host.slots.enumerated() where host.isAsked(index) {
      let answer = host.answer[index]
      remote.note(
        RemoteSlots.Figures(solves: answer.solves, last: answer.last, longest: answer.longest, total: answer.total),
        of: slot)
    }
    remote.flushFigures()
    for (index, slot) in host.slots.enumerated() where host.isAsked(index) {
      let answer = host.answer[index]
      switch SlotStatus(rawValue: answer.status) ?? .died {
      case .solved: settle(slot, request, as: .solved, index, host)
      case .failed: settle(slot, request, as: .failed(host.failures[index] ?? "it could not solve"), index, host)
      case .free where answer.isThere:
        settle(slot, request, as: .failed("on host \(host.share.name) it took no part"), index, host)
      // It is at work on it, and is late when the client says so.
      case .late, .due: break
      case .died, .free: loseController(index, host)
      }
    }
    host.link.expectStep()
    figures.note(
      StepFigures.Step(
        host: host.share.name, askedAt: host.askedAt, whole: answeredAt &- host.askedAt, onHost: head.duration,
        ordering: host.ordering, settling: System.monotonicNanoseconds &- answeredAt))
    remote.tellClient()
  }

  private func settle(
    _ slot: Int, _ request: RemoteSlots.Request, as answer: RemoteSlots.Answer, _ index: Int, _ host: RemoteHost
  ) {
    host.controllers[index].isBusy = false
    remote.settle(slot, request, as: answer)
  }

  private func loseController(_ index: Int, _ host: RemoteHost) {
    guard host.controllers[index].isJoined else { return }
    host.controllers[index] = RemoteController(isUp: host.controllers[index].isUp)
    remote.lose(host.share.first + index)
  }

  /// - Throws: when the run cannot go on without it.
  func lose(_ host: RemoteHost, _ error: HostError) throws(ClusterError) {
    let wasUp = host.standing == .up
    host.standing = .lost
    host.request = nil
    for index in host.controllers.indices {
      host.controllers[index].isUp = nil
      loseController(index, host)
    }
    let name = host.share.name
    guard settings.lost == .continue, wasUp, hosts.contains(where: { $0.standing != .lost }) else {
      throw .failed("host \(name) is lost: \(error)")
    }
    System.print(
      error:
        "host \(name) is lost: \(error); its \(host.share.count) controllers are dead, and the run goes on without them"
    )
  }
}
