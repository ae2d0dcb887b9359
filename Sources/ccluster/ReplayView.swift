import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ClusterReplay
import ControlCluster

/// Shows a replay while it goes on: as a launch is shown, but for what is plain in a replay. Standard output is left to the report.
final class ReplayView: LaunchObserver {
  private let launch: LaunchView
  private let header: String
  private let steps: Int
  private let terminal = Terminal.error

  /// - Parameters:
  ///   - header: what is replayed.
  ///   - steps: how many, at most.
  init(_ plan: ClusterPlan, name: String, header: String, steps: Int) {
    launch = LaunchView(plan, name: name, startsSimulator: true, isDetached: false)
    self.header = header
    self.steps = steps
  }

  var backlogged: [Int32] { launch.backlogged }
  func writeBacklog() { launch.writeBacklog() }

  func show(_ event: LaunchEvent) {
    switch event {
    case .created: terminal.print("\(terminal.styled("▸", .cyan)) \(header)")
    case .registered, .running, .started: break
    // The report says whether it had failed.
    case .solveFailed: break
    case .output("simulator", _, let line):
      terminal.print("\(terminal.styled("!", .yellow)) \(LaunchView.printable(line))")
    case .output(let process, _, let line):
      terminal.print("\(terminal.styled(process + " │", .dim)) \(LaunchView.printable(line))")
    case .stopping(let reason, let isFailure) where !isFailure && reason.isEmpty: break
    default: launch.show(event)
    }
  }

  func tick(_ segment: Segment) {
    guard terminal.isInteractive else { return }
    let done = segment.stepSnapshot().steps
    let words = done == 0 ? "starting" : "step \(Quantity.thousands(done)) of \(Quantity.thousands(max(done, steps)))"
    terminal.show(status: "  \(words)")
  }

  func finish() {
    terminal.clearStatus()
    for terminal in [Terminal.output, terminal] { terminal.waitsForReader = true }
  }
}
