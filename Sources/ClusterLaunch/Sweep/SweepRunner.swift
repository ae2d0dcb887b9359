import CLinux
import ClusterConfig
import ControlCluster
import Glibc

/// Runs the points of a sweep, each as a `ccluster launch` of its own: a launcher with its own supervision, process group and
/// memory. ``SweepSchedule`` decides; this class makes the system calls. It takes over the process's signals.
///
/// Killed, it leaves nothing: the lifeline closes, the kernel kills the launchers, and the server of each ends its run.
public final class SweepRunner {
  public struct Options: Sendable {
    /// `ccluster`, and the options that every point's launch is given beside its config.
    public var executable: String
    public var arguments: [String]
    /// Of the memory: a point's gets its number behind it.
    public var name: String
    public var failsFast: Bool
    /// How many sweeps and runs are kept.
    public var runs: ClusterConfig.Runs
    /// s between calls of `tick`; `nil` never.
    public var tickInterval: Double?

    public init(
      executable: String, arguments: [String], name: String, failsFast: Bool, runs: ClusterConfig.Runs
    ) {
      (self.executable, self.arguments, self.name) = (executable, arguments, name)
      (self.failsFast, self.runs) = (failsFast, runs)
    }
  }

  private struct Run {
    var child: Child
    var started: WallClock
    var startedAt: UInt64
  }

  private let options: Options
  private let directory: SweepDirectory
  private let observer: any SweepObserver
  private var schedule: SweepSchedule
  public private(set) var state: SweepDirectory.State
  private var runs: [Int: Run] = [:]
  private let lifeline: Lifeline
  private let signals: Int32
  private static let handledSignals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP, SIGCHLD]

  public init(
    _ state: SweepDirectory.State, in directory: SweepDirectory, options: Options, observer: any SweepObserver
  ) throws(ClusterError) {
    (self.state, self.directory, self.options, self.observer) = (state, directory, options, observer)
    schedule = SweepSchedule(state.points.map(\.state), jobs: state.jobs, failsFast: options.failsFast)
    lifeline = try Lifeline()
    signals = try System.check("signalfd", linux_signalfd(Self.handledSignals, Int32(Self.handledSignals.count)))
    // A reader of our output that goes away must not end the sweep with it.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Runs all points that are not kept; the sweep's exit status.
  public func run() throws(ClusterError) -> Int32 {
    // A sweep that cannot be written down is not begun.
    try directory.write(state)
    directory.succeed(state.name, options.runs)
    var actions = schedule.begin()
    while true {
      while !actions.isEmpty {
        let action = actions.removeFirst()
        switch action {
        case .start(let index): actions += start(index)
        case .signal(let signal, let indices):
          for index in indices {
            runs[index]?.child.signalGroup(signal)
            // A suspended process hears of it only when it goes on.
            runs[index]?.child.signalGroup(SIGCONT)
          }
        case .finish(let status):
          finish(status)
          return status
        }
      }
      actions = waitForMore()
    }
  }

  private func waitForMore() -> [SweepSchedule.Action] {
    var entries = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    entries += observer.backlogged.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) }
    let timeout = options.tickInterval.map { Int32($0 * 1000) } ?? -1
    let ready = poll(&entries, nfds_t(entries.count), timeout)
    if entries.dropFirst().contains(where: { $0.revents != 0 }) { observer.writeBacklog() }
    if ready == 0 { observer.tick(state.points) }
    var actions: [SweepSchedule.Action] = []
    while true {
      let signal = linux_read_signal(signals)
      switch signal {
      case 0: return actions
      case SIGCHLD: actions += reap()
      case SIGTSTP: suspend()
      default: actions += schedule.interrupted(signal: signal)
      }
    }
  }

  /// Ctrl-Z suspends the points, too: they are process groups of their own, to which the terminal sends nothing.
  private func suspend() {
    for run in runs.values {
      run.child.signalGroup(SIGTSTP)
      // Whoever were told to go on before it has suspended itself would do so afterwards, for good.
      var information = siginfo_t()
      _ = try? System.call("waitid") {
        waitid(P_PID, id_t(run.child.pid), &information, WSTOPPED | WEXITED | WNOWAIT)
      }
    }
    raise(SIGSTOP)
    for run in runs.values { run.child.signalGroup(SIGCONT) }
  }

  // MARK: Points

  private func start(_ index: Int) -> [SweepSchedule.Action] {
    let point = state.points[index]
    let started = WallClock.now()
    let startedAt = System.monotonicNanoseconds
    do throws(ClusterError) {
      let child = try spawn(point)
      runs[index] = Run(child: child, started: started, startedAt: startedAt)
      state.points[index].summary = nil
      changed(index, to: .running)
      return []
    } catch {
      let summary = summary(of: point, 1, "\(error)", started, startedAt)
      try? point.directory.write(summary)
      return end(index, summary)
    }
  }

  private func spawn(_ point: SweepPoint) throws(ClusterError) -> Child {
    try point.directory.create()
    try point.directory.removeSummary()
    // What was checked is what runs, even if somebody has changed the files meanwhile.
    try point.directory.write(point.config)
    let log = point.directory.log
    // Behind what an earlier attempt has printed.
    let output = try System.call("open '\(log)'") { open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    defer { close(output) }
    let readEnd = try lifeline.openReadEnd()
    defer { close(readEnd) }
    let number = SweepPoint.number(point.point.number, of: state.points.count)
    // The pid tells it from other sweeps of the same file, and from what a killed one has not removed yet.
    let own = ["--name=\(options.name)-\(getpid())-\(number)", "--run-dir=\(point.directory.path)"]
    let values = point.point.overrides.map { "--point=\($0)" }
    var request = SpawnRequest(
      [options.executable, "launch"] + own + values + options.arguments + ["--", point.directory.config])
    request.environment = [(Lifeline.environmentName, "3")]
    request.descriptors = [(readEnd, 3), (output, STDOUT_FILENO), (output, STDERR_FILENO)]
    let child = try Spawn.start(request)
    do throws(ClusterError) { try Lifeline.tie(readEnd, to: child.pid) } catch {
      child.signalGroup(SIGKILL)
      waitpid(child.pid, nil, 0)
      close(child.pidfd)
      throw error
    }
    return child
  }

  private func reap() -> [SweepSchedule.Action] {
    var actions: [SweepSchedule.Action] = []
    for (index, run) in runs.sorted(by: { $0.key < $1.key }) {
      var wait: Int32 = 0
      guard waitpid(run.child.pid, &wait, WNOHANG) == run.child.pid else { continue }
      close(run.child.pidfd)
      runs[index] = nil
      actions += end(index, lastWords(of: state.points[index], ProcessStatus(wait: wait), run))
    }
    return actions
  }

  /// What the launch has written, or, when it could not, what is known from outside.
  private func lastWords(of point: SweepPoint, _ status: ProcessStatus, _ run: Run) -> RunSummary {
    if let written = point.directory.summary, written.status == status.shellStatus { return written }
    let summary = summary(of: point, status.shellStatus, "its launch \(status)", run.started, run.startedAt)
    do { try point.directory.write(summary) } catch { observer.warn("\(error)") }
    return summary
  }

  private func summary(
    of point: SweepPoint, _ status: Int32, _ reason: String, _ started: WallClock, _ startedAt: UInt64
  ) -> RunSummary {
    RunSummary(
      name: point.config.config.name, point: SweepPoint.values(of: point.point), status: status, reason: reason,
      started: started, seconds: Double(System.monotonicNanoseconds - startedAt) * 1e-9, figures: nil)
  }

  private func end(_ index: Int, _ summary: RunSummary) -> [SweepSchedule.Action] {
    state.points[index].summary = summary
    let actions = schedule.ended(index, status: summary.status)
    changed(index, to: schedule.states[index])
    return actions
  }

  private func changed(_ index: Int, to new: SweepPoint.State) {
    state.points[index].state = new
    write()
    observer.changed(state.points[index])
    observer.tick(state.points)
  }

  private func finish(_ status: Int32) {
    state.ended = .now()
    state.status = status
    write()
    close(signals)
    linux_unblock_signals(Self.handledSignals, Int32(Self.handledSignals.count))
  }

  /// A disk that is full ends no point: their results are worth more than the record of them.
  private func write() {
    do { try directory.write(state) } catch { observer.warn("\(error)") }
  }
}
