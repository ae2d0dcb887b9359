import ControlCluster
import Glibc

/// Tells the service manager that started this process how the run is, as sd_notify(3) does: ready when all controllers have
/// registered, stopping when it ends, and in between what `systemctl status` shows. Shows nothing itself.
public final class ServiceNotifier: LaunchObserver {
  /// Where the manager listens; children must not find it, or they would speak for the run.
  private static let variable = "NOTIFY_SOCKET"
  /// A status each tick would be noise in the manager's bus. ns
  private static let interval: UInt64 = 5_000_000_000

  private let observer: any LaunchObserver
  private let descriptor: Int32
  private let address: [UInt8]
  private var lastStatus: UInt64 = 0
  private var isRunning = false
  private let status: (Segment) -> String

  /// `nil` when no manager listens.
  /// - Parameters:
  ///   - observer: Who shows the launch.
  ///   - status: A line on a run that goes on.
  public init?(_ observer: any LaunchObserver, status: @escaping (Segment) -> String) {
    guard let path = System.environment(Self.variable) else { return nil }
    unsetenv(Self.variable)
    // An abstract socket is written with '@' for its leading zero.
    guard let first = path.utf8.first, "/@".utf8.contains(first), path.utf8.count < Self.pathCapacity else {
      return nil
    }
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    address = (first == UInt8(ascii: "@") ? [0] : [first]) + path.utf8.dropFirst()
    self.observer = observer
    self.status = status
  }

  deinit { close(descriptor) }

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

  private static let pathCapacity = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

  /// Nobody waits for a manager that does not listen, and nothing depends on it.
  private func send(_ text: String) {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
    // An abstract name ends where the address does.
    let size = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + address.count)
    let message = Array(text.utf8)
    withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(descriptor, message, message.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL), $0, size)
      }
    }
  }
}
