import ClusterConfig
import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster

/// Shows a launch: on a terminal as progress and one live line, on a pipe as plain lines.
final class LaunchView {
  private let plan: ClusterPlan
  private let output = Terminal.output
  private let terminal = Terminal.error
  private let nameWidth: Int
  private var lastReading: (steps: Int, at: UInt64)?
  private var lastPlainStatus: UInt64 = 0
  private var isRunning = false
  private let began = System.monotonicNanoseconds

  /// On a pipe, a status line every so often, ns.
  private static let plainInterval: UInt64 = 5_000_000_000

  init(_ plan: ClusterPlan) {
    self.plan = plan
    nameWidth = plan.topology.processes.map(\.name.count).max() ?? 0
  }

  func show(_ event: LaunchEvent) {
    switch event {
    case .created(let segment, let bytes): showHeader(segment, bytes)
    case .registered(let count, let total): showProgress(count, total)
    case .running:
      isRunning = true
      terminal.clearStatus()
      note("✓", .green, "\(plan.config.controllers.count) controllers registered in \(elapsed)")
    case .output(let process, let stream, let line): showOutput(process, stream, line)
    case .lost(let process, let status): note("✗", .red, "\(process) \(status)")
    case .restarting(let process, let delay):
      note("↻", .yellow, "\(process) starts again in \(Quantity.duration(delay))")
    case .stopping(let reason, let isFailure):
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
    guard figures.steps > 0 else { return }
    if terminal.isInteractive {
      terminal.show(status: statusLine(figures))
    } else if now - lastPlainStatus >= Self.plainInterval {
      if lastPlainStatus > 0 { terminal.print(statusLine(figures)) }
      lastPlainStatus = now
    }
  }

  /// The last words: what the run came to.
  func finish(_ outcome: LaunchOutcome, _ segment: Segment?) {
    terminal.clearStatus()
    guard let segment else { return }
    let figures = StepFigures(segment, now: System.monotonicNanoseconds)
    let rate =
      "\(Quantity.plain(figures.rate)) steps/s, \(Quantity.plain(figures.realTimeFactor)) × real time"
    let steps = figures.steps == 1 ? "1 step" : "\(figures.steps) steps"
    let summary = figures.steps > 0 ? "\(steps) in \(elapsed): \(rate)" : "no steps in \(elapsed)"
    note(outcome.status == 0 ? "✓" : "■", outcome.status == 0 ? .green : .dim, summary)
  }

  // MARK: Lines

  private var elapsed: String { Quantity.duration(Double(System.monotonicNanoseconds - began) * 1e-9) }

  private func note(_ mark: String, _ style: Terminal.Style, _ text: String) {
    terminal.print("\(terminal.styled(mark, style)) \(text)")
  }

  private func showHeader(_ segment: String, _ bytes: Int) {
    let config = plan.config
    let span = Double(config.horizon.nodes - 1) * config.horizon.dt
    var parts = ["\(config.controllers.count) controllers", "\(config.robot.joints.count) joints"]
    if !config.robot.contacts.isEmpty { parts.append("\(config.robot.contacts.count) contacts") }
    parts.append("horizon \(Quantity.plain(span)) s")
    parts.append("\(Quantity.bytes(bytes)) at \(segment)")
    note("▸", .cyan, terminal.styled(config.name, .bold) + "  " + parts.joined(separator: ", "))
  }

  private func showProgress(_ count: Int, _ total: Int) {
    if isRunning { return note("✓", .green, "\(count) of \(total) controllers are registered") }
    let width = 24
    let filled = total > 0 ? count * width / total : width
    let bar =
      terminal.styled(String(repeating: "━", count: filled), .green)
      + terminal.styled(String(repeating: "━", count: width - filled), .dim)
    terminal.show(status: "  registering \(bar) \(count)/\(total)")
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
    if stream == .standardOutput, output.isInteractive {
      // Both go to the same screen: the live line must be out of the way.
      let hidden = terminal.isInteractive
      if hidden { terminal.clearStatus() }
    }
    target.print("\(target.styled(name + " │", .dim)) \(line)")
  }

  private func showForcing(_ signal: Int32, _ processes: [String]) {
    guard !processes.isEmpty else { return }
    let names = processes.prefix(4).joined(separator: ", ") + (processes.count > 4 ? ", …" : "")
    note("!", .yellow, "\(ProcessStatus.name(of: signal)) to \(processes.count) that did not end: \(names)")
  }
}
