import ClusterConfig
import ClusterPlan
import ControlCluster

/// What the head's launcher knows of the other hosts, by what they send.
struct HostBoard {
  enum State: String {
    /// Nothing has been heard of it yet.
    case waiting
    case starting
    case running = "up"
    case stopping, ended, lost
  }

  /// One of a host's processes.
  struct Process {
    var plan: PlannedProcess
    var pid: Int32?
    var state = "waiting"
    var starts = 0
  }

  struct Host {
    var share: HostShare
    var state = State.waiting
    var identity: HostIdentity?
    var registered = 0
    /// Why it is not well, in words.
    var problem: String?
    var processes: [Process]
  }

  /// All but the head, in the order of their shares.
  private(set) var hosts: [Host]
  /// By the rank that each has, once it has said who it is.
  private var byRank: [Int: Int] = [:]

  /// - Parameter plan: the head's.
  init(_ plan: ClusterPlan) {
    hosts = plan.elsewhere.map { share, topology in
      Host(share: share, processes: topology.processes.map { Process(plan: $0) })
    }
  }

  /// Takes down what a host has sent.
  /// - Returns: its name.
  mutating func note(_ event: LaunchEvent, from rank: Int) -> String? {
    if case .host(let name, _) = event, let index = index(of: name) { byRank[rank] = index }
    // Ranks are given in the order of the hosts, unless whoever manages the machines has another one.
    let index = byRank[rank] ?? rank - 1
    guard hosts.indices.contains(index) else { return nil }
    note(event, &hosts[index])
    return hosts[index].share.name
  }

  private func note(_ event: LaunchEvent, _ host: inout Host) {
    switch event {
    case .host(_, .here(let identity)): (host.identity, host.state) = (identity, .starting)
    case .started(let name, let pid):
      Self.change(name, &host) { ($0.pid, $0.starts, $0.state) = (pid, $0.starts + 1, "running") }
      if host.processes.first(where: { $0.plan.name == name })?.plan.role == .controller {
        Self.change(name, &host) { $0.state = "starting" }
      }
    case .registered(let count, let total):
      host.registered = count
      if count == total { Self.changeWorkers(&host) { if $0.state == "starting" { $0.state = "running" } } }
    case .running: host.state = .running
    case .lost(let name, _), .finished(let name):
      Self.change(name, &host) { ($0.pid, $0.state) = (nil, "ended") }
    case .restarting(let name, let delay):
      Self.change(name, &host) { process in
        process.state = "restarting"
        if delay > 0 { process.pid = nil }
      }
    case .suspended(let name, _): Self.change(name, &host) { $0.state = "suspended" }
    case .resumed(let name): Self.change(name, &host) { $0.state = "running" }
    case .stopping(let reason, let isFailure):
      host.state = .stopping
      if isFailure { host.problem = host.problem ?? reason }
    case .ended(let outcome):
      host.state = .ended
      host.problem = host.problem ?? outcome.problem
      for index in host.processes.indices { (host.processes[index].pid, host.processes[index].state) = (nil, "ended") }
    default: break
    }
  }

  private static func change(_ name: String, _ host: inout Host, _ body: (inout Process) -> Void) {
    guard let index = host.processes.firstIndex(where: { $0.plan.name == name }) else { return }
    body(&host.processes[index])
  }

  private static func changeWorkers(_ host: inout Host, _ body: (inout Process) -> Void) {
    for index in host.processes.indices where host.processes[index].plan.role == .controller {
      body(&host.processes[index])
    }
  }

  /// Nothing will be heard of it any more.
  mutating func lose(_ name: String, _ why: String) {
    guard let index = index(of: name) else { return }
    hosts[index].state = .lost
    hosts[index].problem = hosts[index].problem ?? why
    hosts[index].registered = 0
    for process in hosts[index].processes.indices {
      (hosts[index].processes[process].pid, hosts[index].processes[process].state) = (nil, "lost")
    }
  }

  // MARK: Look-ups

  private func index(of name: String) -> Int? { hosts.firstIndex { $0.share.name == name } }

  func host(named name: String) -> Host? { index(of: name).map { hosts[$0] } }

  /// The host that `mpirun` calls that: by the name in the config, or by the one that the machine has itself.
  func host(onNode node: String) -> String? {
    let names = hosts.map(\.share.name)
    func short(_ name: String) -> Substring { name.prefix { $0 != "." } }
    return names.first { $0 == node } ?? names.first { short($0) == short(node) }
  }

  /// The host that has a rank.
  func name(ofRank rank: Int) -> String? {
    let index = byRank[rank] ?? rank - 1
    return hosts.indices.contains(index) ? hosts[index].share.name : nil
  }

  /// Of those whose end nobody has told: when `mpirun` has ended, and only one is left, it is the one that failed.
  var silent: [String] {
    hosts.filter { $0.identity != nil && [.starting, .running].contains($0.state) }.map(\.share.name)
  }

  var isAnyoneHere: Bool { hosts.contains { $0.identity != nil && $0.state != .ended && $0.state != .lost } }

  /// Controllers that have registered on their hosts.
  var registered: Int { hosts.reduce(0) { $0 + $1.registered } }

  /// Which host hosts a controller, by its number, or a process, by its name (`b/controller-19`, or `controller-19`).
  func process(named text: String) -> (host: Host, process: Process)? {
    let number = Int(text)
    for host in hosts {
      let found = host.processes.first { process in
        if text == ClusterPlan.name(of: process.plan.name, on: host.share.name) { return true }
        if process.plan.role == .controller, text == process.plan.name { return true }
        return number.map { process.plan.slots.contains($0 - host.share.first) } ?? false
      }
      if let found { return (host, found) }
    }
    return nil
  }

  /// `host b has 3 of 16 registered, host c is not there yet`; `nil` when all are complete.
  var missing: String? {
    let words = hosts.compactMap { host -> String? in
      if host.identity == nil { return "host \(host.share.name) is not there" }
      if host.registered == host.share.count { return nil }
      return "host \(host.share.name) has \(host.registered) of \(host.share.count)"
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// A row for each host.
  var rows: [JSONValue] {
    hosts.map { host in
      [
        "name": .string(host.share.name), "first": .integer(host.share.first), "count": .integer(host.share.count),
        "state": .string(host.state.rawValue), "launcher": host.identity.map { .integer(Int($0.pid)) } ?? .null,
        "run_directory": host.identity?.directory.map(JSONValue.string) ?? .null,
        "problem": host.problem.map(JSONValue.string) ?? .null,
      ]
    }
  }

  /// Their processes, as those of the head are told.
  var processes: [JSONValue] {
    hosts.flatMap { host in
      host.processes.map { process in
        [
          "name": .string(ClusterPlan.name(of: process.plan.name, on: host.share.name)),
          "role": .string(process.plan.role.rawValue), "pid": process.pid.map { .integer(Int($0)) } ?? .null,
          "state": .string(process.state), "starts": .integer(process.starts),
          "controllers": .array(process.plan.slots.map { .integer($0 + host.share.first) }),
          "host": .string(host.share.name),
        ]
      }
    }
  }
}
