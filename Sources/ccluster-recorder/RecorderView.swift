import BuiltInPrograms
import ClusterRecord
import ControlCluster
import Glibc
import Synchronization

/// What people see of a recording: a line that is redrawn on a terminal, and what has become of it.
final class RecorderView: Sendable {
  private let options: RecordingOptions
  private let hasColor: Bool
  private let redraws: Bool
  private let hasLine = Atomic<Bool>(false)

  init(_ options: RecordingOptions) {
    self.options = options
    let isTerminal = isatty(STDERR_FILENO) == 1 && (System.environment("TERM") ?? "dumb") != "dumb"
    redraws = isTerminal && isatty(STDOUT_FILENO) == 1
    hasColor = isTerminal && (System.environment("NO_COLOR") ?? "").isEmpty
  }

  func begin(_ recorder: Recorder) {
    let steps =
      switch options.rate {
      case .every(1): "every step"
      case .every(let number): "a step in \(Quantity.thousands(number))"
      case .frequency(let hz): "at most \(Quantity.plain(hz)) steps a second"
      }
    let facts = [
      Quantity.count(recorder.controllers, "controller"), Quantity.count(recorder.buffers.count, "buffer"), steps,
    ]
    let hint = options.isLaunched || !redraws ? "" : styled("; Ctrl-C ends it", "2")
    print("\(styled("●", "31")) \(options.cluster) → \(options.output)  \(facts.joined(separator: ", "))\(hint)")
  }

  /// Called by another thread than the others.
  func show(_ progress: Recorder.Progress) {
    guard redraws else { return }
    hasLine.store(true, ordering: .relaxed)
    let rate = progress.seconds > 0 ? Double(progress.steps) / progress.seconds : 0
    var parts = [
      "  \(Quantity.count(progress.steps, "step"))", "\(Quantity.plain(rate))/s", Quantity.bytes(progress.bytes),
    ]
    if progress.missed > 0 { parts.append(styled("\(Quantity.thousands(Int(progress.missed))) missed", "33")) }
    write("\r\u{1B}[K" + parts.joined(separator: styled(" │ ", "2")))
  }

  func end(_ report: RecordingReport) {
    clear()
    let size =
      "\(report.file): \(Quantity.count(report.steps, "step")) in \(Quantity.duration(report.seconds)), "
      + "\(Quantity.bytes(report.bytes)), \(Quantity.duration(report.processorTime)) of a core"
    if let problem = report.problem {
      print("\(styled("✗", "31")) \(problem)")
      print("  \(size), whole up to there")
    } else {
      print("\(report.steps > 0 ? styled("✓", "32") : styled("!", "33")) \(size); \(report.reason)")
    }
    if report.missed > 0 {
      var causes: [String] = []
      if report.overtaken > 0 { causes.append("\(Quantity.thousands(Int(report.overtaken))) were over too soon") }
      if report.overrun > 0 {
        causes.append("for \(Quantity.thousands(Int(report.overrun))) the file was not written fast enough")
      }
      print(
        "\(styled("!", "33")) \(Quantity.count(Int(report.missed), "step")) missed: \(causes.joined(separator: ", ")); "
          + "a core to spare, --buffers or --every help")
    }
    if options.printsJSON { Swift.print(report.json.pretty) }
  }

  func fail(_ error: any Error) {
    clear()
    print("ccluster: \(error)")
  }

  private func clear() {
    if hasLine.exchange(false, ordering: .relaxed) { write("\r\u{1B}[K") }
  }

  private func styled(_ text: String, _ style: String) -> String {
    hasColor ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }

  private func print(_ line: String) { write(line + "\n") }
  private func write(_ text: String) { try? System.writeAll(STDERR_FILENO, Array(text.utf8)) }
}
