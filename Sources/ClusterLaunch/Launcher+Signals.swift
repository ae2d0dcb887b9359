import CLinux
import ClusterPlan
import ControlCluster
import Glibc

// What signals say: that children have ended, that the run is to be suspended, or to end.
extension Launcher {
  func readSignals() {
    while true {
      let signal = linux_read_signal(signals)
      switch signal {
      case 0: return
      case SIGCHLD: reap()
      case SIGTSTP: suspend()
      default: handle(.interrupted(signal: signal))
      }
    }
  }

  /// Ctrl-Z suspends controllers and simulator, too: they are process groups of their own, to which the terminal sends nothing.
  /// The server goes on, to end the run if this process is killed meanwhile.
  func suspend() {
    let began = Self.clock
    let server = plan.topology.processes.first { $0.role == .server }?.name
    let members = children.filter { $0.key != server }.values
    for child in members { child.signalGroup(SIGSTOP) }
    raise(SIGSTOP)
    for child in members { child.signalGroup(SIGCONT) }
    suspendedTime += Self.clock - began
  }

  /// Collects every child that has ended, also the orphans that were handed to this process.
  func reap() {
    var status: Int32 = 0
    while true {
      // Who is stopped tells its parent, too.
      let pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)
      guard pid > 0 else { return }
      if Self.livesOn(status) {
        suspensionChanged(pid, status)
        continue
      }
      if pid == keeper?.pid {
        keeper.map { _ = close($0.pidfd) }
        keeper = nil
        if outcome == nil { startKeeper() }
        continue
      }
      guard let name = children.first(where: { $0.value.pid == pid })?.key,
        let child = children.removeValue(forKey: name)
      else { continue }
      close(child.pidfd)
      stopped.remove(name)
      readiness.removeAll { $0.process == name }
      // What the leader has left in its group goes with it. The number cannot have been used again while one is left.
      child.signalGroup(SIGKILL)
      for output in outputs where output.process == name { _ = drain(output) }
      let isUnexpected = !supervisor.expectsEnd(of: name)
      handle(.exited(name, ProcessStatus(wait: status)))
      if isUnexpected { tellLastWords(of: name, pid, wait: status) }
      lastLines[name] = nil
    }
  }
}
