import ControlCluster
import Glibc

/// The agent beside the simulator: to the head's memory the worker of all controllers on other hosts. What a step asks of them
/// it sends to their hosts, with the rows that they read, and it settles with what comes back.
///
/// It waits for nobody in particular: a host that is slow holds up its own controllers only, and one that falls silent loses
/// them.
package final class HeadAgent {
  /// Makes a link to a host.
  /// - Parameters:
  ///   - host: its place in the list, from 1 on.
  ///   - outgoing: what a step sends.
  ///   - incoming: where what comes back lands.
  package typealias MakeLink = (
    _ host: Int, _ outgoing: [UnsafeMutableRawBufferPointer], _ incoming: [UnsafeMutableRawBufferPointer]
  ) throws -> any HostLink

  private let network: any HostNetwork
  let remote: RemoteSlots
  let settings: ClusterDescription.Hosts
  private(set) var hosts: [RemoteHost] = []
  private let answers: [UnsafeMutableRawBufferPointer]
  let mayContinue: Bool
  private var patience = Patience()
  /// Something may have become due, or a slot free, that the bell has told already.
  private var looksAgain = true
  private var bell: UInt32
  private var serverCheckedAt: UInt64 = 0
  package private(set) var figures = StepFigures()

  /// How often the server is looked at, ns.
  private static let serverCheck: UInt64 = 100_000_000
  /// The longest sleep between two looks at the links while no step is in flight, ns.
  private static let idleSleep: UInt64 = 2_000_000

  /// - Parameters:
  ///   - segment: the head's memory, attached as controller.
  ///   - slots: those of all other hosts.
  /// - Throws: `corrupt` when the cluster has no other hosts, and what `makeLink` throws.
  package init(on segment: Segment, slots: Range<Int>, over network: any HostNetwork, makeLink: MakeLink) throws {
    self.network = network
    guard let settings = segment.cluster.hosts, settings.index == 0 else {
      throw ClusterError.corrupt(segment: segment.name, what: "it is not the memory of a head")
    }
    self.settings = settings
    mayContinue = settings.lost == .continue
    answers = RowBlocks.answers(in: segment, rows: slots).map {
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: $0.count, alignment: 64)
      copy.copyMemory(from: UnsafeRawBufferPointer($0))
      return copy
    }
    remote = try RemoteSlots(on: segment, slots: slots, answers: answers.map { UnsafeRawPointer($0.baseAddress!) })
    bell = remote.bell
    let now = System.monotonicNanoseconds
    for (index, share) in settings.shares.enumerated().dropFirst() where share.count > 0 {
      let rows = share.first..<share.first + share.count
      let order = OrderBlock(slots: share.count)
      let answer = AnswerBlock(slots: share.count)
      let strides = segment.layout.buffers.filter(\.isAnswer).map(\.rowStride)
      let landing = zip(answers, strides).map { block, stride in
        UnsafeMutableRawBufferPointer(
          rebasing: block[(share.first - slots.lowerBound) * stride..<(rows.upperBound - slots.lowerBound) * stride])
      }
      let link = try makeLink(
        index, [order.bytes] + RowBlocks.orders(in: segment, rows: rows), [answer.bytes] + landing)
      let latest = LatestRows(segment, rows: rows, rate: settings.latestRate) { $0.writer != .controller }
      hosts.append(RemoteHost(share, order: order, answer: answer, latest: latest, link: link, at: now))
    }
  }

  deinit { for block in answers { block.deallocate() } }

  /// Answers for the hosts' controllers until the cluster stops.
  /// - Throws: `failed` when a host is lost that the run cannot go on without.
  package func run() throws(ClusterError) {
    for host in hosts { host.link.expectStep() }
    while true {
      let now = System.monotonicNanoseconds
      let before = remote.bell
      guard remote.isRunning, serverIsThere(at: now) else { return end() }
      if before != bell || looksAgain {
        bell = before
        looksAgain = false
        for host in hosts where host.standing == .up { look(at: host, now) }
      }
      network.moveOn()
      var isUnderWay = false
      for host in hosts where host.standing != .lost {
        try attend(to: host, now)
        if host.request != nil { isUnderWay = true }
      }
      if isUnderWay {
        patience.pause(at: now, for: network, isSending: hosts.contains { !$0.link.isStepSent })
      } else if looksAgain {
        sched_yield()
      } else {
        remote.sleep(while: bell, nanoseconds: Self.idleSleep)
      }
    }
  }

  private func serverIsThere(at now: UInt64) -> Bool {
    guard now &- serverCheckedAt > Self.serverCheck else { return true }
    serverCheckedAt = now
    return remote.serverIsAlive
  }

  // MARK: From the memory to the hosts

  /// Hands out what has become due of a host's controllers, and passes on what they are asked beside the steps.
  private func look(at host: RemoteHost, _ now: UInt64) {
    // A host does one step after the other; what has become due meanwhile waits for its answer.
    let isFree = host.request == nil && host.link.isStepSent
    var request: RemoteSlots.Request?
    for (index, slot) in host.slots.enumerated() {
      if !host.controllers[index].isJoined { join(slot, index, host) }
      let isJoined = host.controllers[index].isJoined
      let asked = isJoined ? remote.look(at: slot, isBusy: host.controllers[index].isBusy) : nil
      if isFree { host.order[index] = asked == nil ? 0 : 1 }
      if let asked { request = asked }
      if isJoined { passOn(remote.openRequests(of: slot), of: index, host, now) }
    }
    guard isFree, let request else { return }
    for index in host.controllers.indices where host.order[index] != 0 { host.controllers[index].isBusy = true }
    var order = StepOrder()
    order.generation = request.generation
    order.isReset = request.isReset ? 1 : 0
    order.patience = remote.patience
    host.order.head = order
    host.request = request
    host.askedAt = now
    host.failures = [:]
    host.link.sendStep()
    host.lastSent = now
    patience.reset(at: now)
  }

  private func join(_ slot: Int, _ index: Int, _ host: RemoteHost) {
    guard let registration = host.controllers[index].isUp else { return }
    // Until the server has declared the death of the one before.
    looksAgain = true
    guard remote.isFree(slot), (try? remote.join(slot, registration: registration)) != nil else { return }
    host.controllers[index] = RemoteController(isJoined: true)
  }

  private func passOn(_ open: SlotRequest, of index: Int, _ host: RemoteHost, _ now: UInt64) {
    let asked = host.controllers[index].asked
    if open == asked { return }
    host.controllers[index].asked = open
    let (new, withdrawn) = (open.subtracting(asked), asked.subtracting(open))
    if !withdrawn.isEmpty { host.send(.withdrawal(slot: index, withdrawn), at: now) }
    if !new.isEmpty { host.send(.request(slot: index, new), at: now) }
  }

  // MARK: From the hosts to the memory

  private func attend(to host: RemoteHost, _ now: UInt64) throws(ClusterError) {
    do {
      host.silence.pass(to: now)
      try host.link.look()
      while let bytes = host.link.receive() {
        host.silence.end()
        if let note = Note(bytes) { try take(note, from: host, now) }
      }
      if host.request != nil, host.link.hasStepArrived, host.answer.head.notes <= host.failures.count {
        host.silence.end()
        takeAnswer(of: host, now)
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

  private func takeAnswer(of host: RemoteHost, _ now: UInt64) {
    guard let request = host.request else { return }
    host.request = nil
    looksAgain = true
    let head = host.answer.head
    figures.note(whole: now &- host.askedAt, onHost: head.duration, host: host.share.name)
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
  private func lose(_ host: RemoteHost, _ error: HostError) throws(ClusterError) {
    let wasUp = host.standing == .up
    host.standing = .lost
    host.request = nil
    for index in host.controllers.indices {
      host.controllers[index].isUp = nil
      loseController(index, host)
    }
    let name = host.share.name
    guard mayContinue, wasUp, hosts.contains(where: { $0.standing != .lost }) else {
      throw .failed("host \(name) is lost: \(error)")
    }
    System.print(
      error:
        "host \(name) is lost: \(error); its \(host.share.count) controllers are dead, and the run goes on without them"
    )
  }

  // MARK: The end

  /// Tells the hosts, and waits until they have heard.
  private func end() {
    for host in hosts where host.standing != .lost { host.send(.stop, at: System.monotonicNanoseconds) }
    let end = System.monotonicNanoseconds + Self.farewell
    while hosts.contains(where: { $0.standing != .lost }), System.monotonicNanoseconds < end {
      network.moveOn()
      for host in hosts where host.standing != .lost {
        do {
          try host.link.look()
          while let bytes = host.link.receive() { if case .goodbye = Note(bytes) { host.standing = .lost } }
        } catch { host.standing = .lost }
      }
      usleep(200)
    }
  }

  /// How long hosts have to say that they end, ns.
  private static let farewell: UInt64 = 2_000_000_000
}

extension ClusterDescription.Hosts {
  /// How long nothing may be sent before a sign of life is, ns: several of them within ``timeout``.
  var beatInterval: UInt64 { UInt64(min(1, timeout / 5) * 1e9) }
}
