import ClusterConfig
import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster

/// Shows a launch: on a terminal as progress and one live line, on a pipe as plain lines.
final class LaunchView: LaunchObserver {
  private let plan: ClusterPlan
  private let name: String
  private let output = Terminal.output
  private let terminal = Terminal.error
  private let nameWidth: Int
  private var lastReading: (steps: Int, at: UInt64)?
  private var lastPlainStatus: UInt64 = 0
  private var isRunning = false
  private var isRegistering = false
  /// What the start waits for, with words for it.
  private var awaited: [(process: String, words: String)] = []
  private var isStopping = false
  private var registered = 0
  /// Controllers that have registered on other hosts, by host: at the head they count only when its agent has come to it.
  private var elsewhere: [String: Int] = [:]
  private var segmentName = ""
  private let began = System.monotonicNanoseconds

  /// On a pipe, a status line every so often, ns.
  private static let plainInterval: UInt64 = 5_000_000_000

  private let startsSimulator: Bool
  private let isDetached: Bool

  /// - Parameters:
  ///   - name: what the run is called.
  ///   - startsSimulator: false when one attaches by hand.
  ///   - isDetached: whether nobody looks once the cluster runs.
  init(_ plan: ClusterPlan, name: String, startsSimulator: Bool, isDetached: Bool) {
    self.isDetached = isDetached
    self.plan = plan
    self.name = name
    self.startsSimulator = startsSimulator
    nameWidth = plan.names.map(\.count).max() ?? 0
    for terminal in [output, terminal] { terminal.waitsForReader = false }
  }

  var backlogged: [Int32] { [output, terminal].compactMap(\.backlogged) }

  func writeBacklog() { for terminal in [output, terminal] { terminal.flush(waiting: 0) } }

  func show(_ event: LaunchEvent) {
    switch event {
    case .created(let segment, let bytes):
      segmentName = segment
      showHeader(bytes)
    case .registered(let count, let total):
      registered = count
      showProgress(isRunning ? count : max(count, counted), total)
    case .host(let host, let progress): show(progress, of: host)
    case .running:
      isRunning = true
      terminal.clearStatus()
      note("✓", .green, "\(controllers) registered in \(elapsed)")
      if !startsSimulator { note("…", .cyan, "waiting for a simulator: CCLUSTER_SEGMENT=\(segmentName) PROGRAM") }
      if isDetached { letGo() }
    case .started(let process, _):
      if plan.topology.workers.contains(where: { $0.name == process }) { isRegistering = true }
    case .ended: break
    case .warning(let text): note("!", .yellow, text)
    case .lastWords(let words): showLastWords(words)
    case .output(let process, let stream, let line): showOutput(process, stream, line)
    case .lost(let process, let status): note("✗", .red, "\(process) \(status)")
    case .suspended(let process, let pid):
      note("!", .yellow, "\(process) is suspended; 'kill -CONT \(pid)' lets it go on")
    case .resumed(let process): note("↻", .cyan, "\(process) goes on")
    case .solveFailed(let controller, let message):
      note("✗", .red, "controller \(controller) failed to solve: \(message)")
    case .late: note("!", .yellow, event.words ?? "")
    case .silent: note("✗", .red, event.words ?? "")
    case .back, .heard, .finished: note("✓", .green, event.words ?? "")
    case .awaited(let process, _, _):
      awaited.append((process, event.words ?? ""))
      note("…", .cyan, event.words ?? "")
    case .ready(let process, _, _):
      awaited.removeAll { $0.process == process }
      note("✓", .green, event.words ?? "")
    case .restarting(let process, let delay):
      note("↻", .yellow, "\(process) \(delay > 0 ? "starts again in \(Quantity.duration(delay))" : "is started again")")
    case .stopping(let reason, let isFailure):
      isStopping = true
      terminal.clearStatus()
      note(isFailure ? "✗" : "■", isFailure ? .red : .dim, isFailure ? reason : "stopping: \(reason)")
    case .forcing(let signal, let processes): showForcing(signal, processes)
    }
  }

  /// Redraws the live line.
  func tick(_ segment: Segment) {
    let now = System.monotonicNanoseconds
    let figures = StepFigures(segment, since: lastReading, now: now)
    defer { lastReading = (figures.steps, now) }
    guard figures.steps > 0 else {
      guard !isRunning, !isStopping else { return }
      let count = plan.config.controllers.count
      guard let words = awaited.first?.words, !isRegistering || registered == count else {
        return showProgress(max(registered, counted), count)
      }
      terminal.show(status: "  \(words), \(elapsed)")
      return
    }
    if isStopping { return }
    if terminal.isInteractive {
      terminal.show(status: statusLine(figures))
    } else if now - lastPlainStatus >= Self.plainInterval {
      if lastPlainStatus > 0 { terminal.print(statusLine(figures)) }
      lastPlainStatus = now
    }
  }

  /// The last words: what the run came to. Who has interrupted it waits for no reader.
  func finish(_ outcome: LaunchOutcome, _ segment: Segment?) {
    defer { for terminal in [output, terminal] { terminal.flush(waiting: outcome.wasInterrupted ? 500 : -1) } }
    terminal.clearStatus()
    guard let segment else { return }
    let figures = StepFigures(segment, now: System.monotonicNanoseconds)
    let steps = figures.steps == 1 ? "1 step" : "\(figures.steps) steps"
    let rate = "\(Quantity.plain(figures.rate))/s, \(Quantity.plain(figures.realTimeFactor)) × real time"
    var summary = figures.steps > 0 ? "\(steps) at \(rate); \(elapsed) in all" : "no steps in \(elapsed)"
    let out = figures.failed + figures.dead
    if out > 0 { summary += "; \(out) of \(segment.layout.slots) controllers were out in the end" }
    let isGood = outcome.status == 0 && out == 0
    note(isGood ? "✓" : "■", isGood ? .green : out > 0 ? .yellow : .dim, summary)
  }

  private func letGo() {
    for terminal in [output, terminal] { terminal.flush(waiting: -1) }
    Detachment.letGo()
  }

  /// Where the run is, without style, for whoever asks.
  func status(_ segment: Segment) -> String {
    let figures = StepFigures(segment, since: lastReading, now: System.monotonicNanoseconds)
    guard figures.steps > 0 else { return "no steps yet" }
    return "step \(figures.steps), \(Quantity.plain(figures.rate))/s, \(figures.failed + figures.dead) out"
  }

  // MARK: Lines

  private var elapsed: String { Quantity.duration(Double(System.monotonicNanoseconds - began) * 1e-9) }

  private func note(_ mark: String, _ style: Terminal.Style, _ text: String) {
    terminal.print("\(terminal.styled(mark, style)) \(text)")
  }

  private func showHeader(_ bytes: Int) {
    let config = plan.config
    let span = Double(config.horizon.nodes - 1) * config.horizon.dt
    var parts = [controllers, "\(config.robot.joints.count) joints"]
    if !config.robot.contacts.isEmpty { parts.append("\(config.robot.contacts.count) contacts") }
    parts.append("horizon \(Quantity.plain(span)) s")
    parts.append(Quantity.bytes(bytes))
    note("▸", .cyan, terminal.styled(name, .bold) + "  " + parts.joined(separator: ", "))
  }

  /// `48 controllers on 3 hosts`
  private var controllers: String {
    let count = plan.config.controllers.count
    let hosts = plan.shares.count > 1 ? " on \(plan.shares.count) hosts" : ""
    return "\(count) controller\(count == 1 ? "" : "s")" + hosts
  }

  private func show(_ progress: HostProgress, of host: String) {
    switch progress {
    case .registered(let count, _):
      elsewhere[host] = count
      if !isRunning, !isStopping { showProgress(max(registered, counted), plan.config.controllers.count) }
    case .lost(let words):
      let share = plan.shares.first { $0.name == host }.map {
        "; the run goes on without controllers \($0.first)-\($0.first + $0.count - 1)"
      }
      note("✗", .red, words + (share ?? ""))
    // What a host has to say of its end is the reason of the run's, or of its loss.
    case .here, .created, .running, .stopping, .ended: break
    }
  }

  /// Those of this host that have registered, and what the others say of theirs.
  private var counted: Int { min(registered, plan.shares[0].count) + elsewhere.values.reduce(0, +) }

  private func showProgress(_ count: Int, _ total: Int) {
    if isRunning { return note("✓", .green, "\(count) of \(total) controllers are registered") }
    let width = 24
    let filled = total > 0 ? count * width / total : width
    let bar =
      terminal.styled(String(repeating: "━", count: filled), .green)
      + terminal.styled(String(repeating: "━", count: width - filled), .dim)
    terminal.show(status: "  registering \(bar) \(count)/\(total), \(elapsed)")
  }

  private func statusLine(_ figures: StepFigures) -> String {
    let target = plan.config.simulator.steps
    let steps = target > 0 ? "\(figures.steps)/\(target)" : "\(figures.steps)"
    var parts = [
      "step \(steps)", "\(Quantity.plain(figures.rate))/s",
      "\(Quantity.plain(figures.realTimeFactor)) × real time",
      "p50 \(Quantity.duration(figures.median))  p99 \(Quantity.duration(figures.p99))",
    ]
    for (count, word) in [(figures.failed, "failed"), (figures.dead, "dead"), (figures.late, "late")] where count > 0 {
      parts.append(terminal.styled("\(count) \(word)", .red))
    }
    if figures.failed + figures.dead + figures.late == 0 { parts.append("0 failed") }
    return "  " + parts.joined(separator: terminal.styled(" │ ", .dim))
  }

  private func showOutput(_ process: String, _ stream: LaunchEvent.Stream, _ line: String) {
    let target = stream == .standardOutput ? output : terminal
    let name = process + String(repeating: " ", count: nameWidth - process.count)
    // Both go to the same screen: the live line must be out of the way.
    if stream == .standardOutput { terminal.clearStatus() }
    target.print("\(target.styled(name + " │", .dim)) \(Self.printable(line))")
  }

  /// Without what moves the cursor or clears the screen; colours stay.
  static func printable(_ line: String) -> String {
    guard line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) else { return line }
    var result = ""
    var rest = Substring(line)
    while let character = rest.first {
      if character == "\u{1B}" {
        let sequence = rest.dropFirst(2).prefix { $0.isNumber || $0 == ";" }
        let end = rest.dropFirst(2 + sequence.count)
        if rest.dropFirst().first == "[", end.first == "m" { result += "\u{1B}[" + sequence + "m" }
        rest = end.dropFirst()
      } else {
        if character == "\t" || character.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) { result.append(character) }
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private func showLastWords(_ words: LastWords) {
    if !words.lines.isEmpty {
      terminal.print("  \(words.process) had printed last\(words.log.map { " (\($0))" } ?? ""):")
      for line in words.lines { terminal.print("  \(terminal.styled("│", .dim)) \(Self.printable(line))") }
    }
    if let core = words.core { terminal.print("  \(core)") }
  }

  private func showForcing(_ signal: Int32, _ processes: [String]) {
    guard !processes.isEmpty else { return }
    let names = processes.prefix(4).joined(separator: ", ") + (processes.count > 4 ? ", …" : "")
    note("!", .yellow, "\(ProcessStatus.name(of: signal)) to \(processes.count) that did not end: \(names)")
  }
}
