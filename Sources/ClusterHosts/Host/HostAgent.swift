import ControlCluster
import Glibc

/// The agent of a host: to the host's memory the simulator. The rows that a step brings it finds where its controllers read
/// them; it calls their step, and sends back what they have written.
package final class HostAgent {
  private let segment: Segment
  private let client: ControlClusterClient
  private let settings: ClusterDescription.Hosts
  private let network: any HostNetwork
  private let link: any HostLink
  private let everySlot: [Int]
  private let order: OrderBlock
  private let answer: AnswerBlock
  private var watch: ControllerWatch
  private var requests: PassedRequests
  private var latest: LatestRows
  private var asked: AskedSlots
  private var isWelcome = false
  private var isStopped = false
  private var isRunComplete = true
  private var silence: Silence
  private var lastSent: UInt64
  private var lookedAt: UInt64 = 0
  /// When the last step had.
  private var endedAt: UInt64 = 0
  private var serverCheckedAt: UInt64 = 0
  private var patience = Patience()

  /// How often the server is looked at, ns.
  private static let serverCheck: UInt64 = 100_000_000
  /// How often controllers are looked at between steps, ns.
  private static let lookInterval: UInt64 = 2_000_000
  /// How long a local wait lasts before the link is looked at, s.
  private static let slice = 0.1
  /// How much of the head's patience is left for the way back, ns; a tenth of it if that is less.
  private static let wayBack: UInt64 = 20_000_000

  /// How long the host's launcher has to say why its cluster has ended, µs.
  private static let launchersTurn: UInt32 = 300_000

  /// - Parameter segment: the host's memory, attached as server, which writes every buffer that comes from the head.
  /// - Throws: what the client throws; `corrupt` when this is no host's memory.
  package init(
    on segment: Segment, over network: any HostNetwork,
    makeLink: (
      _ outgoing: [UnsafeMutableRawBufferPointer], _ incoming: [UnsafeMutableRawBufferPointer]
    ) throws -> any HostLink
  ) throws {
    guard let settings = segment.cluster.hosts, settings.index > 0 else {
      throw ClusterError.corrupt(segment: segment.name, what: "it is not the memory of a host beside the head")
    }
    self.segment = segment
    self.network = network
    self.settings = settings
    client = try ControlClusterClient(on: segment)
    // Where an agent has no core of its own, what it waits for may need this one.
    client.yieldsWhileWaiting()
    let slots = segment.layout.slots
    everySlot = Array(0..<slots)
    order = OrderBlock(slots: slots)
    answer = AnswerBlock(slots: slots)
    watch = ControllerWatch(slots: slots)
    requests = PassedRequests()
    asked = AskedSlots(slots: slots)
    latest = LatestRows(segment, rows: 0..<slots, rate: settings.latestRate) { $0.writer == .controller }
    link = try makeLink(
      [answer.bytes] + RowBlocks.answers(in: segment, rows: 0..<slots),
      [order.bytes] + RowBlocks.orders(in: segment, rows: 0..<slots))
    let now = System.monotonicNanoseconds
    silence = Silence(at: now)
    lastSent = now
  }

  /// Takes part until the head says that it is over.
  /// - Returns: whether all other hosts are there to end MPI together.
  /// - Throws: `failed` when the head is lost or refuses this host, or the host's own cluster ends.
  package func run() throws(ClusterError) -> Bool {
    link.expectStep()
    send(.hello(Hello(segment, settings)))
    while !isStopped {
      let now = System.monotonicNanoseconds
      guard !client.isStopping, serverIsThere(at: now) else { throw leaveEnded() }
      network.moveOn()
      try attend(at: now)
      if isWelcome, link.hasStepArrived {
        let pause = now &- endedAt
        try step()
        endedAt = System.monotonicNanoseconds
        patience.reset(at: endedAt, expected: pause)
      }
      if isWelcome, now &- lookedAt > Self.lookInterval { look(at: now) }
      patience.pause(at: now, for: network, isSending: !link.isStepSent)
    }
    send(.goodbye("the run is over"))
    client.detach()
    flush()
    return isRunComplete
  }

  private func serverIsThere(at now: UInt64) -> Bool {
    guard now &- serverCheckedAt > Self.serverCheck else { return true }
    serverCheckedAt = now
    return segment.server.isAlive
  }

  // MARK: Notes

  private func send(_ note: Note) {
    link.send(note.encoded)
    lastSent = System.monotonicNanoseconds
  }

  /// Says why before this end is gone.
  private func leave(_ why: String) -> ClusterError {
    send(.goodbye(why))
    flush()
    return .failed(why)
  }

  /// Leaves because the host's own cluster has ended. Its launcher knows why, and is to be heard first.
  private func leaveEnded(_ error: ClusterError? = nil) -> ClusterError {
    usleep(Self.launchersTurn)
    return leave("its cluster has ended" + (error.map { ": \($0)" } ?? ""))
  }

  /// Gives the last notes a moment to go.
  private func flush() {
    for _ in 0..<50 {
      network.moveOn()
      guard (try? link.look()) != nil else { return }
      usleep(1000)
    }
  }

  private func attend(at now: UInt64) throws(ClusterError) {
    silence.pass(to: now)
    do throws(HostError) { try link.look() } catch { throw .failed("\(ClusterDescription.Hosts.headIsLost): \(error)") }
    while let bytes = link.receive() {
      silence.end()
      if let note = Note(bytes) { try take(note) }
    }
    if Double(silence.nanoseconds) * 1e-9 > settings.timeout {
      throw .failed("\(ClusterDescription.Hosts.headIsLost): \(HostError.silent(seconds: settings.timeout))")
    }
    if now &- lastSent > settings.beatInterval { send(.beat) }
  }

  private func take(_ note: Note) throws(ClusterError) {
    switch note {
    case .welcome: isWelcome = true
    case .refused(let why): throw .failed("the head refuses this host: \(why)")
    case .request(let slot, let request) where slot >= 0 && slot < segment.layout.slots:
      requests.begin(request, slot, in: segment)
    case .withdrawal(let slot, let request) where slot >= 0 && slot < segment.layout.slots:
      requests.withdraw(request, slot, in: segment)
    case .latest(let rows): latest.take(rows)
    case .stop(let isComplete): (isStopped, isRunComplete) = (true, isComplete)
    default: break
    }
  }

  /// What has become of controllers and requests beside the steps.
  private func look(at now: UInt64) {
    lookedAt = now
    watch.look(segment) { send($0) }
    requests.end(in: segment) { send($0) }
    if let rows = latest.changes(at: now) { send(.latest(rows)) }
  }

  // MARK: Steps

  private func step() throws(ClusterError) {
    silence.end()
    let head = order.head
    let slots = asked.take(order)
    try ofCluster { () throws(ClusterError) in try begin(head, slots) }
    guard let report = try wait(head) else { return }
    // Before the answer: the head may order the next step as soon as it has that.
    link.expectStep()
    reply(report, to: head)
    // Who did not solve may be gone, or have become late; of all others there is no news that could not wait for its turn.
    if report.solved < report.participants { look(at: System.monotonicNanoseconds) }
  }

  private func begin(_ head: StepOrder, _ slots: [Int]?) throws(ClusterError) {
    let all = slots ?? everySlot
    // The head knows a controller as active that is idle here when its slot has had another process there.
    let idle = all.filter { client.state(of: $0) == .idle }
    // One that does not answer that takes no part, and the head is told so.
    if !idle.isEmpty, head.isReset == 0 { try? client.request(.activate, idle, timeout: 1) }
    if head.isReset != 0 { try client.triggerReset(all) } else { try client.trigger(among: slots.map(Set.init)) }
  }

  /// - Returns: `nil` when the run is over.
  private func wait(_ head: StepOrder) throws(ClusterError) -> StepReport? {
    let limit = Double(head.patience - min(head.patience / 10, Self.wayBack)) * 1e-9
    while true {
      let report = try ofCluster { () throws(ClusterError) in try client.wait(timeout: limit, slice: Self.slice) }
      if let report { return report }
      network.moveOn()
      try attend(at: System.monotonicNanoseconds)
      if isStopped { return nil }
    }
  }

  /// Runs what fails only with the host's own cluster, and says so to the head.
  private func ofCluster<Result>(_ body: () throws(ClusterError) -> Result) throws(ClusterError) -> Result {
    do throws(ClusterError) { return try body() } catch { throw leaveEnded(error) }
  }

  private func reply(_ report: StepReport, to order: StepOrder) {
    var head = StepAnswer()
    head.generation = order.generation
    head.duration = UInt64(report.duration * 1e9)
    for slot in 0..<segment.layout.slots {
      let outcome = client.outcome(of: slot)
      if outcome == .failed {
        head.notes += 1
        send(.failed(slot: slot, why: client.failureMessage(of: slot)))
      }
      if outcome == .late { watch.noteLate(slot) }
      answer[slot] = SlotAnswer(outcome, segment.solveFigures(slot), client.state(of: slot))
    }
    answer.head = head
    // The head has the one before: it would not have asked again.
    link.sendStep()
    lastSent = System.monotonicNanoseconds
  }
}

extension SlotAnswer {
  fileprivate init(_ status: SlotStatus, _ figures: RemoteSlots.Figures, _ state: SlotState) {
    self.init()
    self.status = status.rawValue
    self.state = state.rawValue
    solves = figures.solves
    last = figures.last
    longest = figures.longest
    total = figures.total
  }
}
