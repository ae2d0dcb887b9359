import ControlCluster

// From the memory to the hosts.
extension HeadAgent {
  /// Hands out what has become due of a host's controllers, and passes on what they are asked beside the steps.
  func look(at host: RemoteHost, _ now: UInt64) {
    // A host does one step after the other; what has become due meanwhile waits for its answer.
    let isFree = host.request == nil && host.link.isStepSent
    var request: RemoteSlots.Request?
    for (index, slot) in host.slots.enumerated() {
      if !host.controllers[index].isJoined { join(slot, index, host) }
      let isJoined = host.controllers[index].isJoined
      let asked = isJoined ? remote.look(at: slot, isBusy: host.controllers[index].isBusy) : nil
      if isFree { host.order[index] = asked == nil ? 0 : 1 }
      if let asked { request = asked }
      if isJoined { passOn(remote.openRequests(of: slot), of: index, host, now) }
    }
    guard isFree, let request else { return }
    for index in host.controllers.indices where host.order[index] != 0 { host.controllers[index].isBusy = true }
    var order = StepOrder()
    order.generation = request.generation
    order.isReset = request.isReset ? 1 : 0
    order.patience = remote.patience
    host.order.head = order
    host.request = request
    host.askedAt = now
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

  private func passOn(_ open: SlotRequest, of index: Int, _ host: RemoteHost, _ now: UInt64) {
    let asked = host.controllers[index].asked
    if open == asked { return }
    host.controllers[index].asked = open
    let (new, withdrawn) = (open.subtracting(asked), asked.subtracting(open))
    if !withdrawn.isEmpty { host.send(.withdrawal(slot: index, withdrawn), at: now) }
    if !new.isEmpty { host.send(.request(slot: index, new), at: now) }
  }
}
