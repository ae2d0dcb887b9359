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
      // Also for who was suspended by SIGSTOP, of which nobody hears.
      // An MPI daemon sends it before it ends its ranks.
      case SIGCONT:
        if !supervisor.isStopping, options.head == nil {
          tell(.warning("SIGCONT received: a run that was suspended goes on"))
        }
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

  /// The server's end of the link closes a moment before the process has ended, which says how.
  func reapServer() {
    let name = plan.topology.processes.first { $0.role == .server }?.name
    guard let server = name.flatMap({ children[$0] }) else { return }
    var entry = pollfd(fd: server.pidfd, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, 100) > 0 { reap() }
  }

  /// Collects every child that has ended, also the orphans that were handed to this process, and hears of those that were
  /// suspended.
  func reap() {
    var status: Int32 = 0
    while true {
      let pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)
      guard pid > 0 else { return }
      // WIFSTOPPED, WIFCONTINUED
      if status & 0xff == 0x7f || status == 0xffff {
        tellSuspension(of: pid, isSuspended: status != 0xffff)
        continue
      }
      if pid == keeper?.pid {
        keeper.map { _ = close($0.pidfd) }
        keeper = nil
        guard outcome == nil else { continue }
        tell(.warning("the keeper \(ProcessStatus(wait: status)); another one takes its place"))
        startKeeper()
        continue
      }
      guard let name = children.first(where: { $0.value.pid == pid })?.key,
        let child = children.removeValue(forKey: name)
      else { continue }
      close(child.pidfd)
      suspended.remove(pid)
      readiness.removeAll { $0.process == name }
      // What the leader has left in its group goes with it. The number cannot have been used again while one is left.
      child.signalGroup(SIGKILL)
      for output in outputs where output.process == name { _ = drain(output) }
      let isUnexpected = !supervisor.expectsEnd(of: name)
      let why = reasonOfEnd(of: name, ProcessStatus(wait: status))
      handle(.exited(name, ProcessStatus(wait: status), why: why))
      // A reason is its last line already.
      if isUnexpected, why == nil { tellLastWords(of: name, pid, wait: status) }
      lastLines[name] = nil
    }
  }

  private func tellSuspension(of pid: pid_t, isSuspended: Bool) {
    let name = pid == keeper?.pid ? "the keeper" : children.first { $0.value.pid == pid }?.key
    guard let name else { return }
    if isSuspended {
      if suspended.insert(pid).inserted { tell(.suspended(process: name, pid: pid)) }
    } else if suspended.remove(pid) != nil {
      tell(.resumed(process: name))
    }
  }
}
