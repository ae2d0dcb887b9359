import ClusterConfig
import ClusterPlan
import Glibc

// What becomes of a process of controllers that answers nothing.
extension Supervisor {
  mutating func silent(_ silence: Silence, _ now: Time) -> [Action] {
    guard !isStopping, let index = index(of: silence.process), processes[index].isAlive, processes[index].endsBy == nil
    else {
      return []
    }
    let isKilled = liveness.action == .restart
    let told = Action.tell(.silent(process: silence.process, why: silence.words, isKilled: isKilled))
    // At once: who is stopped or hangs hears nothing else. Its end is a loss like any other.
    return isKilled ? [told, .signal(SIGKILL, [silence.process])] : [told]
  }
}
