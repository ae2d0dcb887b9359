import ClusterPlan
import ControlCluster
import Glibc

// What is seen of the controllers from outside: who has failed, who is late, and who answers nothing.
extension Launcher {
  func look(at segment: Segment) {
    tellFailures(segment)
    guard supervisor.stage == .running, segment.phase == .ready else { return }
    lookAtAgent(segment)
    let pulses = (0..<segment.layout.slots).map(segment.slotPulse)
    let found = late.look(pulses, at: now)
    let numbers = plan.numbers
    if !found.late.isEmpty { tell(.late(controllers: found.late.map { numbers[$0] }, untold: found.untold)) }
    if !found.back.isEmpty { tell(.back(controllers: found.back.map { numbers[$0] })) }
    guard liveness.isDue(at: now) else { return }
    let ending = supervisor.ending
    let readings = plan.topology.workers.compactMap { worker -> LivenessWatch.Reading? in
      // Other hosts are watched by their own launchers, and by the agent.
      guard !worker.isHosts, let child = children[worker.name], !ending.contains(worker.name) else { return nil }
      return .init(
        process: worker.name, pulses: Array(pulses[worker.slots]), isStopped: suspended.contains(child.pid))
    }
    for finding in liveness.look(readings, hasClient: segment.client.isAlive, at: now) {
      switch finding {
      case .silent(var silence):
        silence.state = kernelState(of: silence.process)
        handle(.silent(silence))
      case .heard(let name): tell(.heard(process: name))
      }
    }
  }

  /// What the kernel says of a silent process, that of the controllers themselves if it is another one.
  func kernelState(of name: String) -> KernelState? {
    guard let worker = plan.topology.workers.first(where: { $0.name == name }), let child = children[name] else {
      return nil
    }
    let registered = worker.slots.first.flatMap { slot in publishedSegment.map { $0.slotSnapshot(slot).pid } } ?? 0
    return KernelState(of: registered > 0 ? registered : child.pid) ?? KernelState(of: child.pid)
  }

  /// Slots whose controllers are not there.
  func missing() -> [Int] {
    guard let segment = publishedSegment else { return [] }
    return supervisor.hostedSlots.filter {
      switch segment.slotSnapshot($0).state {
      case .vacant, .registering, .dead: true
      case .idle, .active, .failed: false
      }
    }
  }
}
