import CLinux
import ClusterConfig
import ClusterPlan
import ControlCluster
import Glibc

// The head's end: other hosts are started by one process, `mpirun`, and what they send comes through it.
extension Launcher {
  /// What the head knows of the other hosts.
  struct OtherHosts {
    var board: HostBoard
    var stream = HostStream()
    var chatter = MPIChatter()
    /// The last line of the agent at the head.
    var agentLine: String?
    /// What `mpirun` or one of its shells has said that may be the reason of its end.
    var reason: String?
    /// The write end of `mpirun`'s standard input, where requests go; -1 while it does not run.
    var requests: Int32 = -1
    /// What the agent at the head is told: `mpirun` gives its standard input to the ranks of other machines only.
    var agentNews: AgentNews?

    /// The agent at the head, once it has registered, and since when it is gone.
    var agent: pid_t?
    var agentGoneSince: Double?

    /// Why `mpirun` has ended, as far as anybody knows.
    var endReason: String? {
      let silent = board.silent
      return agentLine ?? (silent.count == 1 ? "host \(silent[0]): its launcher is gone" : nil) ?? reason
    }
  }

  func hostsRequest(_ process: PlannedProcess) throws(ClusterError) -> SpawnRequest {
    guard let hosts = plan.config.hosts, let site = options.hosts else {
      throw .failed("a launch over several hosts needs mpirun and ccluster-agent")
    }
    let command = HostsCommand(hosts, plan.shares, config: plan.blueprint.config, site: site)
    var request = SpawnRequest(command.arguments)
    // Rank 0 is on this machine, and finds its seat as every worker does. It is no child of ours, and not tied to the lifeline:
    // what it would find under that number is another file.
    let news = try AgentNews()
    request.environment =
      command.environment + [("CCLUSTER_SEGMENT", segmentName), (AgentNews.environmentName, news.path)]
      + seat(of: process)
    var ends: [Int32] = [-1, -1]
    try System.check("pipe", linux_pipe(&ends))
    request.descriptors = [(ends[0], STDIN_FILENO)]
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    closeRequests()
    others?.requests = ends[1]
    others?.agentNews = news
    return request
  }

  func closeRequests() {
    guard let requests = others?.requests, requests >= 0 else { return }
    close(requests)
    others?.requests = -1
  }

  /// Why a process that speaks for other hosts, or to them, has ended, where that is known better than by its status.
  func reasonOfEnd(of name: String, _ status: ProcessStatus) -> String? {
    guard let index = supervisor.index(of: name) else { return nil }
    let plan = supervisor.processes[index].plan
    if plan.isAgent {
      // It tells its reason in one line before it gives up.
      if case .exited = status, !status.isSuccess { return lastLines[name]?.lines.last }
      return nil
    }
    guard plan.isHosts else { return nil }
    closeRequests()
    let reason = others?.endReason
    for host in others?.board.hosts ?? [] where host.state != .ended && host.state != .lost {
      others?.board.lose(host.share.name, reason ?? "mpirun \(status)")
    }
    return reason
  }

  /// Of the agent at the head `mpirun` tells late, or nothing when it is to go on without a host.
  func lookAtAgent(_ segment: Segment) {
    guard let others, let index = supervisor.hosts, !supervisor.isStopping else { return }
    let process = supervisor.processes[index]
    guard process.isAlive, let slot = process.plan.slots.first else { return }
    let snapshot = segment.slotSnapshot(slot)
    // It may be gone again by the first look: the slot says whose it was.
    if others.agent == nil, others.agentGoneSince == nil, snapshot.pid > 0 { self.others?.agent = snapshot.pid }
    guard let agent = self.others?.agent, KernelState(of: agent).map({ "ZX".contains($0.letter) }) ?? true else {
      return
    }
    self.others?.agentGoneSince = others.agentGoneSince ?? now
    // Its last line may still be on its way. When no host may be lost `mpirun` ends it because of another rank, too, and says of
    // which a little later.
    let delay = plan.config.hosts?.lost == .continue ? Self.lastLineDelay : Self.abortDelay
    if let since = others.agentGoneSince, now - since > delay {
      self.others?.agent = nil
      // What is killed for it is not why.
      self.others?.agentLine = others.agentLine ?? Supervisor.agentIsGone
      handle(.agentLost)
    }
  }

  /// s
  private static let lastLineDelay = 1.0
  /// s
  private static let abortDelay = 5.0

  // MARK: What comes in

  /// - Returns: whether more can come.
  func drainHosts(_ output: ChildOutput) -> Bool {
    guard output.stream == .standardError else {
      return output.drainBytes { bytes in
        for (rank, event) in others?.stream.feed(bytes) ?? [] { hear(event, from: rank) }
      }
    }
    return output.drain { line in
      let log = options.recorder?.log(of: output.process, output.stream)
      log?.file.append(line, prefix: log?.prefix ?? "")
      switch others?.chatter.read(line) {
      case .line(let rank, let text): hearLine(text, from: rank, output)
      case .other(let text):
        others?.reason = text
        showLine(text, of: output.process)
      case .failed(let words): others?.reason = words
      case .killed(let rank, let signal):
        let host = others?.board.name(ofRank: rank)
        let who = host.map { "host \($0): its launcher" } ?? "the agent at the head"
        others?.reason = "\(who) was killed by \(ProcessStatus.name(of: signal))"
      case .daemonLost(let node):
        guard let host = others?.board.host(onNode: node) else { return }
        lose(host, "host \(host) is lost: its MPI daemon is gone")
      case nil: break
      }
    }
  }

  private func showLine(_ text: String, of process: String) {
    observer.show(.output(process: process, stream: .standardError, line: text))
    lastLines[process, default: LastLines()].add(text, .standardError)
  }

  private func hearLine(_ text: String, from rank: Int, _ output: ChildOutput) {
    if rank > 0, let host = others?.board.name(ofRank: rank) {
      return write(.output(process: ClusterPlan.name(of: "launcher", on: host), stream: .standardError, line: text))
    }
    // `host b is lost: no answer for 10 s`
    let lost = others?.board.hosts.first { text.hasPrefix("host \($0.share.name) is lost") }?.share.name
    guard let lost else {
      others?.agentLine = text
      return showLine(text, of: output.process)
    }
    // Of one that has failed by itself the reason has been told.
    guard others?.board.host(named: lost)?.problem == nil else { return }
    // What follows from it is said by whoever shows it.
    let words = String(text.split(separator: ";")[0])
    // An agent that goes on has not said why it ends.
    if words == text { others?.agentLine = words }
    lose(lost, words)
  }

  private func lose(_ host: String, _ words: String) {
    if others?.board.host(named: host)?.problem != nil { return }
    others?.board.lose(host, words)
    giveUp(host, words)
  }

  /// A step waits for that host's agent, of which the one at the head would hear nothing for `hosts.timeout`: it is told.
  private func giveUp(_ host: String, _ words: String) {
    handle(.hostLost(.init(host: host, words: words)))
    if !supervisor.isStopping { others?.agentNews?.tell(host) }
  }

  private func hear(_ event: LaunchEvent, from rank: Int) {
    guard let host = others?.board.note(event, from: rank), let told = event.told(of: host) else { return }
    if case .output = told { return write(told) }
    tell(told)
    switch event {
    case .stopping(let reason, isFailure: true):
      giveUp(host, "host \(host): \(reason)")
    case .ended(let outcome):
      giveUp(host, "host \(host): \(outcome.reason ?? "its run is over")")
    default: break
    }
  }

  /// A line of a process on another host.
  private func write(_ event: LaunchEvent) {
    guard case .output(let process, let stream, let line) = event else { return }
    observer.show(event)
    let log = options.recorder?.log(of: process, stream)
    log?.file.append(line, prefix: log?.prefix ?? "")
  }

  // MARK: What goes out

  /// Without anybody there who could hear it, the process that starts them is ended.
  func stopHosts() {
    let child = supervisor.hosts.flatMap { children[supervisor.processes[$0].plan.name] }
    let isAsked = others?.board.isAnyoneHere == true && ask(.stop(grace: supervisor.grace))
    if !isAsked { child?.signalGroup(SIGTERM) }
    // One that is suspended passes nothing on, and hears nothing.
    child?.signalGroup(SIGCONT)
  }

  /// - Returns: whether it could be sent.
  func ask(_ request: HostRequest) -> Bool {
    guard let requests = others?.requests, requests >= 0 else { return false }
    let line = Array((request.line + "\n").utf8)
    // A pipe takes that as a whole, or not at all (PIPE_BUF).
    return line.withUnsafeBytes { Glibc.write(requests, $0.baseAddress, $0.count) } == line.count
  }

  /// A process of another host, by its name or the number of a controller that it hosts, is told to end, and started anew there.
  func restartElsewhere(_ text: String) throws(ControlFailure) -> String? {
    guard let (host, process) = others?.board.process(named: text) else { return nil }
    let name = ClusterPlan.name(of: process.plan.name, on: host.share.name)
    if supervisor.isStopping { throw ControlFailure(.notNow, "the run is being ended") }
    guard host.state == .running || host.state == .starting, process.starts > 0 else {
      throw ControlFailure(.notNow, "host \(host.share.name) is \(host.state.rawValue): '\(name)' cannot be restarted")
    }
    if process.plan.role == .server || process.plan.role == .simulator {
      throw ControlFailure(
        .notNow, "without '\(name)' host \(host.share.name) has no part in the run: stop it, and launch it again")
    }
    guard ask(.restart(process.plan.name, on: host.share.name)) else {
      throw ControlFailure(
        .notNow,
        "host \(host.share.name) takes no requests now; there, 'ccluster restart \(SegmentName.namespace(of: segmentName))"
          + ".\(host.share.name) \(process.plan.name)' does it")
    }
    return name
  }
}
