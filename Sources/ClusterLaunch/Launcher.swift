import CLinux
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// Runs a cluster: starts its processes in order, supervises them, and leaves nothing behind. ``Supervisor`` decides; this
/// class makes the system calls. One launcher a process: it takes over the process's signals and children.
public final class Launcher {
  public struct Options: Sendable {
    public var programs: Programs
    public var runsSimulator = true
    /// s; `nil` runs until the simulator ends.
    public var duration: Double?
    /// s between calls of `tick`; `nil` never.
    public var tickInterval: Double?
    /// What the memory is named by; `nil` is the config's name.
    public var name: String?

    public init(programs: Programs) { self.programs = programs }
  }

  let plan: ClusterPlan
  let placement: HerePlacement
  let options: Options
  private let observer: any LaunchObserver
  let segmentName: String

  private var supervisor: Supervisor
  private var events: [Supervisor.Event] = []
  private var isHandling = false
  /// Processes to start: a few at a time, so that signals are heard in between.
  private var starts: [String] = []
  private static let startsAtOnce = 16
  var children: [String: Child] = [:]
  var outputs: [ChildOutput] = []
  var keeper: Child?
  var link: ServerLink?
  private var segment: Segment?
  private var failed: Set<Int> = []
  private var outcome: LaunchOutcome?
  var descriptorLimit: Int?
  private static let handledSignals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP, SIGCHLD]
  let lifeline: Lifeline
  private let signals: Int32
  private let descendants: Descendants
  private let endsAt: Double?
  private var nextTick: Double?
  /// s
  private var suspendedTime = 0.0

  /// - Throws: when the machine refuses what every launch needs.
  public init(_ plan: ClusterPlan, options: Options, observer: any LaunchObserver) throws(ClusterError) {
    self.plan = plan
    self.options = options
    self.observer = observer
    segmentName = SegmentName.of(options.name ?? plan.config.name)
    do { placement = try HerePlacement(plan.topology, on: .current()) } catch { throw .failed("\(error)") }
    supervisor = Supervisor(plan, runsSimulator: options.runsSimulator)
    descendants = Descendants()
    try System.check("become a subreaper", linux_become_subreaper())
    // First, because it makes sure that no descriptor of ours takes a standard stream's place.
    lifeline = try Lifeline()
    signals = try System.check("signalfd", linux_signalfd(Self.handledSignals, Int32(Self.handledSignals.count)))
    // A reader of our output that goes away must not end the run with it.
    signal(SIGPIPE, SIG_IGN)
    let oldLimit = linux_raise_descriptor_limit()
    descriptorLimit = oldLimit < 0 ? nil : Int(oldLimit)
    endsAt = options.duration.map { Self.clock + $0 }
    nextTick = options.tickInterval.map { Self.clock + $0 }
  }

  private static var clock: Double { Double(System.monotonicNanoseconds) * 1e-9 }
  /// What deadlines are measured by: it stands still while the run is suspended.
  private var now: Double { Self.clock - suspendedTime }

  /// Runs the cluster to its end.
  public func run() -> LaunchOutcome {
    handle(.launched)
    while outcome == nil {
      pollOnce()
      if let nextTick, let interval = options.tickInterval, now >= nextTick {
        self.nextTick = now + interval
        if let segment {
          tellFailures(segment)
          observer.tick(segment)
        }
      }
    }
    if let segment { tellFailures(segment) }
    cleanUp()
    return outcome ?? LaunchOutcome(status: 1)
  }

  /// Tells which controllers have failed since the last look.
  private func tellFailures(_ segment: Segment) {
    for slot in 0..<segment.layout.slots {
      let snapshot = segment.slotSnapshot(slot)
      guard snapshot.state == .failed else {
        failed.remove(slot)
        continue
      }
      if failed.insert(slot).inserted { observer.show(.solveFailed(controller: slot, message: snapshot.message)) }
    }
  }

  /// The cluster's memory, read-only, once it is published.
  public var publishedSegment: Segment? { segment }

  // MARK: Events

  private func pollOnce() {
    for name in starts.prefix(Self.startsAtOnce) { start(name) }
    starts.removeFirst(min(starts.count, Self.startsAtOnce))
    let linkDescriptor = link?.descriptor ?? -1
    let backlogged = observer.backlogged
    let descriptors = [signals, linkDescriptor] + (backlogged.isEmpty ? outputs.map(\.descriptor) : [])
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    entries += backlogged.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) }
    _ = poll(&entries, nfds_t(entries.count), timeout())
    // Output first: the last words of a process come before the news of its end.
    let ready = Set(entries.dropFirst(2).filter { $0.revents != 0 }.map(\.fd))
    if !backlogged.isEmpty {
      if !ready.isEmpty { observer.writeBacklog() }
    } else if !ready.isEmpty {
      outputs.removeAll { ready.contains($0.descriptor) && !drain($0) }
    }
    if entries[1].revents != 0 { receive() }
    if entries[0].revents != 0 { readSignals() }
    if let endsAt, now >= endsAt { handle(.durationPassed) }
    if let deadline = supervisor.nextDeadline, deadline <= now { handle(.deadline(missing: missing())) }
  }

  private func missing() -> [Int] {
    guard let segment else { return [] }
    return (0..<segment.layout.slots).filter {
      switch segment.slotSnapshot($0).state {
      case .vacant, .registering, .dead: true
      case .idle, .active, .failed: false
      }
    }
  }

  /// Milliseconds until the next deadline, rounded up.
  private func timeout() -> Int32 {
    if !starts.isEmpty { return 0 }
    let deadlines = [supervisor.nextDeadline, nextTick, endsAt].compactMap { $0 }
    guard let next = deadlines.min() else { return -1 }
    return Int32(min(max(0, ((next - now) * 1000).rounded(.up)), 60_000))
  }

  /// Events that come up while actions are carried out wait for their turn.
  func handle(_ event: Supervisor.Event) {
    events.append(event)
    guard !isHandling else { return }
    isHandling = true
    defer { isHandling = false }
    while !events.isEmpty { carryOut(supervisor.handle(events.removeFirst(), at: now)) }
  }

  private func drain(_ output: ChildOutput) -> Bool {
    output.drain { observer.show(.output(process: output.process, stream: output.stream, line: $0)) }
  }

  private func receive() {
    guard let link else { return }
    guard let received = try? link.receive() else {
      close(link.descriptor)
      self.link = nil
      return handle(.serverLost)
    }
    switch received.kind {
    case .ready:
      do {
        segment = try Segment.attach(to: segmentName, as: .observer)
        observer.show(.created(segment: segmentName, bytes: plan.blueprint.layout.size))
        handle(.serverReady)
      } catch {
        handle(.serverFailed("\(error)"))
      }
    case .failed: handle(.serverFailed(received.text))
    case .registered: handle(.registered(Int(received.number)))
    case .child, .stop, .close: break
    }
  }

  private func readSignals() {
    while true {
      let signal = linux_read_signal(signals)
      switch signal {
      case 0: return
      case SIGCHLD: reap()
      case SIGTSTP: suspend()
      default: handle(.interrupted(signal: signal))
      }
    }
  }

  /// Ctrl-Z suspends controllers and simulator, too: they are process groups of their own, to which the terminal sends nothing.
  /// The server goes on, to end the run if this process is killed meanwhile.
  private func suspend() {
    let began = Self.clock
    let server = plan.topology.processes.first { $0.role == .server }?.name
    let members = children.filter { $0.key != server }.values
    for child in members { child.signalGroup(SIGSTOP) }
    raise(SIGSTOP)
    for child in members { child.signalGroup(SIGCONT) }
    suspendedTime += Self.clock - began
  }

  /// Collects every child that has ended, also the orphans that were handed to this process.
  private func reap() {
    var status: Int32 = 0
    while true {
      let pid = waitpid(-1, &status, WNOHANG)
      guard pid > 0 else { return }
      if pid == keeper?.pid {
        keeper.map { _ = close($0.pidfd) }
        keeper = nil
        if outcome == nil { startKeeper() }
        continue
      }
      guard let name = children.first(where: { $0.value.pid == pid })?.key,
        let child = children.removeValue(forKey: name)
      else { continue }
      close(child.pidfd)
      // What the leader has left in its group goes with it. The number cannot have been used again while one is left.
      child.signalGroup(SIGKILL)
      for output in outputs where output.process == name { _ = drain(output) }
      handle(.exited(name, ProcessStatus(wait: status)))
    }
  }

  // MARK: Actions

  /// The run is being ended: what has not been started ends unstarted.
  private func dropStarts() {
    guard !starts.isEmpty else { return }
    handle(.notStarted(Set(starts)))
    starts = []
  }

  private func carryOut(_ actions: [Supervisor.Action]) {
    for action in actions {
      switch action {
      case .start(let name): starts.append(name)
      case .askToStop:
        try? link?.send(.stop)
        dropStarts()
      case .signal(let signal, let names):
        for name in names {
          children[name]?.signalGroup(signal)
          // A suspended process hears of it only when it goes on.
          if signal != SIGKILL { children[name]?.signalGroup(SIGCONT) }
        }
      case .closeServer: try? link?.send(.close)
      case .removeMemory: Segment.removeStale(segmentName)
      case .tell(let event): observer.show(event)
      case .finish(let outcome): self.outcome = outcome
      }
    }
  }

  // MARK: The end

  private func cleanUp() {
    for output in outputs { _ = drain(output) }
    outputs = []
    if let keeper {
      kill(keeper.pid, SIGKILL)
      waitpid(keeper.pid, nil, 0)
      close(keeper.pidfd)
    }
    keeper = nil
    for child in children.values {
      child.signalGroup(SIGKILL)
      close(child.pidfd)
    }
    descendants.killAll()
    if let link { close(link.descriptor) }
    link = nil
    Segment.removeStale(segmentName)
    close(signals)
    // What is left to do is to show the last words, and that may be interrupted like any program.
    linux_unblock_signals(Self.handledSignals, Int32(Self.handledSignals.count))
  }
}
