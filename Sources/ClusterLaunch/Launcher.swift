import CLinux
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

/// Runs a cluster: starts its processes in order, supervises them, and leaves nothing behind. ``Supervisor`` decides; this
/// class makes the system calls. One launcher a process: it takes over the process's signals and children.
public final class Launcher {
  public struct Options {
    public var programs: Programs
    public var runsSimulator = true
    /// Only the workers that host some of these slots are started, and the others stay vacant; `nil` is all.
    public var slots: Set<Int>?
    /// s; `nil` runs until the simulator ends.
    public var duration: Double?
    /// s between calls of `tick`; `nil` never.
    public var tickInterval: Double?
    /// What the memory is named by; `nil` is the config's name.
    public var name: String?
    /// Who writes the run down; `nil` when nobody does.
    public var recorder: RunRecorder?
    /// How other hosts are started; `nil` when there are none.
    public var hosts: HostsCommand.Site?
    /// What this host's part of a run is bound to; `nil` for a run by itself, and at the head.
    public var head: Head?

    public init(programs: Programs) { self.programs = programs }
  }

  /// How long processes have at each stage of a stop if nobody says otherwise, in s.
  public static let grace: Double = Supervisor.grace

  let plan: ClusterPlan
  let placement: HerePlacement
  let options: Options
  let observer: any LaunchObserver
  let segmentName: String

  private(set) var supervisor: Supervisor
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
  /// The same memory, to ask controllers for something; attached when somebody wants that.
  var askingSegment: Segment?
  var control: ControlServer?
  /// Whether the name was another cluster's, so that there was no run.
  public private(set) var isRefused = false
  var failed: Set<Int> = []
  var late: LateControllers
  var liveness: LivenessWatch
  /// Where processes say that they are ready, as long as that is awaited.
  var readiness: [ReadinessSocket] = []
  /// Children that somebody has suspended.
  var suspended: Set<pid_t> = []
  var lastLines: [String: LastLines] = [:]
  /// At the head of several hosts.
  var others: OtherHosts?
  /// On another host: what has come in of a request, and that no more will.
  var requestBytes: [UInt8] = []
  var requestsEnded = false
  var isOrphan = false
  var outcome: LaunchOutcome?
  var descriptorLimit: Int?
  private static let handledSignals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP, SIGCONT, SIGCHLD]
  let lifeline: Lifeline
  let signals: Int32
  private let descendants: Descendants
  private let endsAt: Double?
  private var nextTick: Double?
  /// s
  var suspendedTime = 0.0

  /// - Throws: when the machine refuses what every launch needs.
  public init(_ plan: ClusterPlan, options: Options, observer: any LaunchObserver) throws(ClusterError) {
    self.plan = plan
    self.options = options
    self.observer = observer
    segmentName = SegmentName.of(options.name ?? plan.config.name)
    do { placement = try HerePlacement(plan.topology, on: .current()) } catch { throw .failed("\(error)") }
    supervisor = Supervisor(plan, runsSimulator: options.runsSimulator, slots: options.slots)
    late = LateControllers(count: plan.numbers.all.count)
    others = plan.host == 0 && plan.shares.count > 1 ? OtherHosts(board: HostBoard(plan)) : nil
    liveness = LivenessWatch(timeout: plan.config.controllers.liveness.timeout)
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

  static var clock: Double { Double(System.monotonicNanoseconds) * 1e-9 }
  /// What deadlines are measured by: it stands still while the run is suspended.
  var now: Double { Self.clock - suspendedTime }

  /// Runs the cluster to its end.
  public func run() -> LaunchOutcome {
    openControl()
    handle(.launched)
    while outcome == nil {
      pollOnce()
      if let nextTick, let interval = options.tickInterval, now >= nextTick {
        self.nextTick = now + interval
        if let segment {
          look(at: segment)
          observer.tick(segment)
        }
      }
    }
    if let segment { tellFailures(segment) }
    cleanUp()
    let outcome = outcome ?? LaunchOutcome(status: 1)
    tell(.ended(outcome))
    record()
    control = nil
    return outcome
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
    let notices = entries.count
    entries += readiness.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    let requests = entries.count
    entries += headDescriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let connections = entries.count
    if let control { entries += control.interests }
    _ = poll(&entries, nfds_t(entries.count), timeout())
    // Output first: the last words of a process come before the news of its end.
    let ready = Set(entries[2..<notices].filter { $0.revents != 0 }.map(\.fd))
    if !backlogged.isEmpty {
      if !ready.isEmpty { observer.writeBacklog() }
    } else if !ready.isEmpty {
      outputs.removeAll { ready.contains($0.descriptor) && !drain($0) }
    }
    // All that is there: a few hundred controllers register while sixteen processes are started.
    while link?.isReadable == true { receive() }
    // Before the news of its end, too.
    if entries[notices..<requests].contains(where: { $0.revents != 0 }) { readReadiness() }
    if entries[0].revents != 0 { readSignals() }
    listenToHead(entries[requests..<connections])
    control?.serve(entries[connections...], self)
    if let endsAt, now >= endsAt { handle(.durationPassed) }
    if let deadline = supervisor.nextDeadline, deadline <= now {
      handle(.deadline(missing: missing(), about: others?.board.missing))
    }
    record()
  }

  /// Milliseconds until the next deadline, rounded up.
  private func timeout() -> Int32 {
    if !starts.isEmpty { return 0 }
    // Controllers ring nobody's bell when they have done what they were asked for.
    let nextLook = control?.isWaiting == true ? now + 0.005 : nil
    let deadlines = [supervisor.nextDeadline, nextTick, endsAt, nextLook].compactMap { $0 }
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

  private func receive() {
    guard let link else { return }
    guard let received = try? link.receive() else {
      close(link.descriptor)
      self.link = nil
      reapServer()
      return handle(.serverLost)
    }
    switch received.kind {
    case .ready:
      do {
        segment = try Segment.attach(to: segmentName, as: .observer)
        tell(.created(segment: segmentName, bytes: plan.blueprint.layout.size))
        handle(.serverReady)
      } catch {
        handle(.serverFailed("\(error)"))
      }
    case .failed:
      isRefused = received.number == ServerLink.nameIsTaken
      handle(.serverFailed(received.text))
    case .registered: handle(.registered(Int(received.number)))
    case .child, .stop, .close: break
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
      case .stopHosts: stopHosts()
      case .closeServer: try? link?.send(.close)
      case .removeMemory: Segment.removeStale(segmentName)
      case .tell(let event): tell(event)
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
    closeRequests()
    for child in children.values {
      child.signalGroup(SIGKILL)
      close(child.pidfd)
    }
    descendants.killAll()
    if let link { close(link.descriptor) }
    link = nil
    Segment.removeStale(segmentName)
  }

  /// Lets signals end this process again. To be called behind ``run()``, once what must not be lost is written: what is left to do
  /// is to show the last words, and that may be interrupted like any program. Signals that came while the run was ending have
  /// been heeded by that.
  public func letSignalsEnd() {
    while linux_read_signal(signals) != 0 {}
    close(signals)
    linux_unblock_signals(Self.handledSignals, Int32(Self.handledSignals.count))
  }
}
