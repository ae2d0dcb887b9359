import CLinux
import Glibc

/// The server's ear: knows by a descriptor each when processes have ended, and leaves it to a ``SlotRegistry`` what that
/// means for their slots.
///
/// Only by pidfd is death declared: a pid may be used again, a descriptor of a process never changes.
final class DeathWatch: RegistryHost {
  private let segment: Segment
  private let steps: StepProtocol<Hardware>
  private let safeRows: SafeRows
  private var registry: SlotRegistry<Hardware>
  private var watched: [Watched] = []
  private var hasComplained = false

  private struct Watched {
    let identity: ProcessIdentity
    let pidfd: Int32
  }

  init(_ segment: Segment) {
    self.segment = segment
    steps = segment.stepProtocol
    safeRows = SafeRows(segment)
    registry = SlotRegistry(steps, firstState: segment.cluster.controllers.activate ? .active : .idle)
  }

  deinit { for process in watched { close(process.pidfd) } }

  /// What to poll: a descriptor each, readable when its process has ended.
  var descriptors: [Int32] { watched.map(\.pidfd) }

  /// Looks at all slots: watches processes that are new, lets in those that are ready.
  func admit() { registry.admit(self) }

  func watch(_ identity: ProcessIdentity) -> Bool {
    if watched.contains(where: { $0.identity == identity }) { return true }
    let pidfd = linux_pidfd_open(identity.pid)
    guard pidfd >= 0 else {
      complain(of: identity.pid, errno: -pidfd)
      return false
    }
    // Between the look-up and the open the pid may have been used again.
    guard identity.isAlive else {
      close(pidfd)
      return false
    }
    watched.append(Watched(identity: identity, pidfd: pidfd))
    return true
  }

  /// A process that cannot be watched is not let in; that it has gone meanwhile is no news.
  private func complain(of pid: pid_t, errno code: Int32) {
    guard code != ESRCH, !hasComplained else { return }
    hasComplained = true
    System.print(
      error: "process \(pid) cannot be watched, and its controllers are not let in: \(System.message(for: code))")
  }

  func fillRows(_ slot: Int, _ filling: RowFilling) { safeRows.fill(slot, filling) }
  var failuresHoldRows: Bool { safeRows.hold }

  /// Declares death for all slots of the process behind that descriptor.
  func processEnded(_ pidfd: Int32) {
    guard let place = watched.firstIndex(where: { $0.pidfd == pidfd }) else { return }
    let process = watched.remove(at: place)
    close(process.pidfd)
    // Once the cluster is stopping its workers end because they were asked to: that is no death.
    guard segment.phase == .ready else { return }
    registry.buryAll(of: process.identity, self)
  }

  /// Slots that have not been let in, for a deadline's message.
  var missing: [Int] {
    (0..<segment.layout.slots).filter {
      switch steps.slot($0).lifecycle.state {
      case .vacant, .registering, .dead: true
      case .idle, .active, .failed: false
      }
    }
  }
}
