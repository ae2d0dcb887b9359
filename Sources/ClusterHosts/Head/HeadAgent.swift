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
  var patience = Patience()
  /// Something may have become due, or a slot free, that the bell has told already.
  var looksAgain = true
  private var bell: UInt32
  /// It has rung since requests were passed on.
  private var hasRung = true
  private var serverCheckedAt: UInt64 = 0
  private var askedAroundAt: UInt64 = 0
  package internal(set) var figures = StepFigures()

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
  /// - Parameter lostHosts: hosts that somebody else knows to be lost, by name; asked now and then.
  /// - Returns: whether all hosts are there to end MPI together.
  /// - Throws: `failed` when a host is lost that the run cannot go on without.
  package func run(lostHosts: () -> [String] = { [] }) throws(ClusterError) -> Bool {
    for host in hosts { host.link.expectStep() }
    while true {
      let now = System.monotonicNanoseconds
      let before = remote.bell
      guard remote.isRunning, serverIsThere(at: now) else { return end() }
      if before != bell || looksAgain {
        bell = before
        looksAgain = false
        hasRung = true
        for host in hosts where host.standing == .up { handOut(to: host, now) }
      }
      // After the orders: a step waits for those.
      if now &- askedAroundAt > Self.idleSleep {
        askedAroundAt = now
        try askAround(now, lostHosts())
      }
      network.moveOn()
      var isUnderWay = false
      for host in hosts where host.standing != .lost {
        try attend(to: host, now)
        if host.request != nil { isUnderWay = true }
      }
      if isUnderWay {
        patience.pause(at: now, for: network, isSending: hosts.contains { $0.standing != .lost && !$0.link.isStepSent })
      } else if looksAgain {
        sched_yield()
      } else {
        remote.sleep(while: bell, nanoseconds: Self.idleSleep)
      }
    }
  }

  private func askAround(_ now: UInt64, _ lostHosts: [String]) throws(ClusterError) {
    for name in lostHosts {
      for host in hosts where host.share.name == name && host.standing != .lost {
        try lose(host, .left("its launch has lost it"))
      }
    }
    guard hasRung else { return }
    hasRung = false
    for host in hosts where host.standing == .up { passOnRequests(to: host, now) }
  }

  private func serverIsThere(at now: UInt64) -> Bool {
    guard now &- serverCheckedAt > Self.serverCheck else { return true }
    serverCheckedAt = now
    return remote.serverIsAlive
  }

  // MARK: The end

  /// Tells the hosts, and waits until they have heard.
  private func end() -> Bool {
    let isComplete = !hosts.contains { $0.standing == .lost }
    for host in hosts where host.standing != .lost {
      host.send(.stop(isComplete: isComplete), at: System.monotonicNanoseconds)
    }
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
    return isComplete
  }

  /// How long hosts have to say that they end, ns.
  private static let farewell: UInt64 = 2_000_000_000
}

extension ClusterDescription.Hosts {
  /// How long nothing may be sent before a sign of life is, ns: several of them within ``timeout``.
  var beatInterval: UInt64 { UInt64(min(1, timeout / 5) * 1e9) }
}
