import ControlCluster

/// Tells the service manager that started this process how the run is, as sd_notify(3) does: ready when all controllers have
/// registered, stopping when it ends, and in between what `systemctl status` shows. Shows nothing itself.
public final class ServiceNotifier: LaunchObserver {
  /// A status each tick would be noise in the manager's bus. ns
  private static let interval: UInt64 = 5_000_000_000

  private let observer: any LaunchObserver
  private let socket: ServiceSocket
  private var lastStatus: UInt64 = 0
  private var isRunning = false
  private let status: (Segment) -> String

  /// `nil` when no manager listens.
  /// - Parameters:
  ///   - observer: Who shows the launch.
  ///   - status: A line on a run that goes on.
  public init?(_ observer: any LaunchObserver, status: @escaping (Segment) -> String) {
    guard let socket = ServiceSocket() else { return nil }
    self.socket = socket
    self.observer = observer
    self.status = status
  }

  public func show(_ event: LaunchEvent) {
    observer.show(event)
    switch event {
    case .created: send("STATUS=waiting for controllers")
    case .awaited: if let words = event.words { send("STATUS=\(words)") }
    case .registered(let count, let total) where !isRunning:
      // Thousands of them register within a second.
      guard isTime() else { return }
      send("STATUS=\(count) of \(total) controllers are registered")
    case .running:
      isRunning = true
      send("READY=1\nSTATUS=running")
    case .stopping(let reason, _): send("STOPPING=1\nSTATUS=stopping: \(reason)")
    default: break
    }
  }

  public func tick(_ segment: Segment) {
    observer.tick(segment)
    if isRunning, isTime() { send("STATUS=\(status(segment))") }
  }

  public var backlogged: [Int32] { observer.backlogged }

  public func writeBacklog() { observer.writeBacklog() }

  /// The run has come to its end, of itself perhaps, which is no event.
  public func finish(_ outcome: LaunchOutcome) {
    send("STOPPING=1\nSTATUS=\(outcome.problem ?? "ended")")
  }

  private func isTime() -> Bool {
    let now = System.monotonicNanoseconds
    guard lastStatus == 0 || now - lastStatus >= Self.interval else { return false }
    lastStatus = now
    return true
  }

  private func send(_ text: String) { socket.send(text) }
}
