import ControlCluster

// From the memory to the hosts.
extension HeadAgent {
  /// Hands out what has become due of a host's controllers.
  func handOut(to host: RemoteHost, _ now: UInt64) {
    // A host does one step after the other; what has become due meanwhile waits for its answer.
    let isFree = host.request == nil && host.link.isStepSent
    let began = System.monotonicNanoseconds
    var request: RemoteSlots.Request?
    for (index, slot) in host.slots.enumerated() {
      if !host.controllers[index].isJoined { join(slot, index, host) }
      let isJoined = host.controllers[index].isJoined
      let asked = isJoined ? remote.look(at: slot, isBusy: host.controllers[index].isBusy) : nil
      guard isFree else { continue }
      host.order[index] = asked == nil ? 0 : 1
      guard let asked else { continue }
      request = asked
      host.controllers[index].isBusy = true
    }
    remote.tellClient()
    guard isFree, let request else { return }
    var order = StepOrder()
    order.generation = request.generation
    order.isReset = request.isReset ? 1 : 0
    order.patience = remote.patience
    host.order.head = order
    host.request = request
    host.askedAt = now
    host.ordering = System.monotonicNanoseconds &- began
    host.failures = [:]
    host.link.sendStep()
    host.lastSent = now
    patience.reset(at: now, expected: host.answer.head.duration)
  }

  private func join(_ slot: Int, _ index: Int, _ host: RemoteHost) {
    guard let registration = host.controllers[index].isUp else { return }
    // Until the server has declared the death of the one before.
    looksAgain = true
    guard remote.isFree(slot), (try? remote.join(slot, registration: registration)) != nil else { return }
    host.controllers[index] = RemoteController(isJoined: true)
  }

  /// Passes on what a host's controllers are asked beside the steps.
  func passOnRequests(to host: RemoteHost, _ now: UInt64) {
    for (index, slot) in host.slots.enumerated() where host.controllers[index].isJoined {
      passOn(remote.openRequests(of: slot), of: index, host, now)
    }
  }

  private func passOn(_ open: SlotRequest, of index: Int, _ host: RemoteHost, _ now: UInt64) {
    let asked = host.controllers[index].asked
    if open == asked { return }
    host.controllers[index].asked = open
    let (new, withdrawn) = (open.subtracting(asked), asked.subtracting(open))
    if !withdrawn.isEmpty { host.send(.withdrawal(slot: index, withdrawn), at: now) }
    if !new.isEmpty { host.send(.request(slot: index, new), at: now) }
  }
}
