import CLinux
import Glibc

/// The server's ear: lets registered controllers in, and declares death for every slot of a process that has ended.
///
/// Only here is death declared, and only by pidfd: a pid may be used again, a descriptor of a process never changes.
final class DeathWatch {
  private let segment: Segment
  private let steps: StepProtocol
  private let safeRows: SafeRows
  private var watched: [Watched] = []
  /// The state a slot had when it died, to return to.
  private var stateBeforeDeath: [Int: SlotState] = [:]

  private struct Watched {
    let identity: ProcessIdentity
    let pidfd: Int32
  }

  init(_ segment: Segment) {
    self.segment = segment
    steps = segment.stepProtocol
    safeRows = SafeRows(segment)
  }

  deinit { for process in watched { close(process.pidfd) } }

  /// What to poll: a descriptor each, readable when its process has ended.
  var descriptors: [Int32] { watched.map(\.pidfd) }

  /// Looks at all slots: watches processes that are new, lets in those that are ready.
  func admit() {
    for index in 0..<segment.layout.slots {
      let slot = steps.slot(index)
      let lifecycle = slot.lifecycle
      guard lifecycle.state == .registering else { continue }
      let identity = ProcessIdentity(word: slot.process.load())
      guard watch(identity) else {
        bury(index, of: identity)
        continue
      }
      if slot.prepared.load() != 0 {
        let state = stateBeforeDeath[index] ?? (segment.cluster.controllers.activate ? .active : .idle)
        // What was asked of it meanwhile has waited for this.
        if slot.move(from: lifecycle, to: state), slot.requests.load() != 0 { steps.control.ringWorkers() }
      }
    }
  }

  /// Whether the process is alive and watched now.
  private func watch(_ identity: ProcessIdentity) -> Bool {
    if watched.contains(where: { $0.identity == identity }) { return true }
    let pidfd = linux_pidfd_open(identity.pid)
    guard pidfd >= 0 else { return false }
    // Between the look-up and the open the pid may have been used again.
    guard identity.isAlive else {
      close(pidfd)
      return false
    }
    watched.append(Watched(identity: identity, pidfd: pidfd))
    return true
  }

  /// Declares death for all slots of the process behind that descriptor.
  func processEnded(_ pidfd: Int32) {
    guard let place = watched.firstIndex(where: { $0.pidfd == pidfd }) else { return }
    let process = watched.remove(at: place)
    close(process.pidfd)
    // Once the cluster is stopping its workers end because they were asked to: that is no death.
    guard segment.phase == .ready else { return }
    for index in 0..<segment.layout.slots { bury(index, of: process.identity) }
    steps.wakeClientIfSettled()
  }

  /// First the rows and the slot's own words, then the lifecycle, then the step: the client itself settles a step whose slot
  /// has died, and a successor claims the slot, as soon as the lifecycle says so.
  private func bury(_ index: Int, of identity: ProcessIdentity) {
    let slot = steps.slot(index)
    // The lifecycle is read before the process: a successor writes its process first.
    let before = slot.lifecycle
    guard before.state != .dead, before.state != .vacant, slot.process.load() == identity.word else { return }
    switch before.state {
    case .idle, .active: stateBeforeDeath[index] = before.state
    case .failed: stateBeforeDeath[index] = .active
    case .vacant, .registering, .dead: break
    }
    safeRows.fail(index, torn: slot.writing.load() != 0)
    slot.writing.store(0)
    slot.prepared.store(0)
    // Requests stay: cleared, they would look carried out. A successor answers them, or who asked withdraws them.
    steps.declareDead(index)
    steps.settleDead(index)
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
