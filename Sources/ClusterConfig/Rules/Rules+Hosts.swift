extension Rules {
  func hostNames() {
    guard let hosts = spec.hosts?.hosts else { return }
    var places: [String: Span] = [:]
    for name in hosts.map(\.name) {
      guard HostName.isValid(name.value) else {
        collector.report(
          .nameSyntax, "\(quoted(name.value)) is no host's name", at: name.span,
          notes: [.init("use at most 100 letters, digits, '-', '_' and '.' between them, or an IPv4 address")])
        continue
      }
      guard let first = places.updateValue(name.span, forKey: name.value) else { continue }
      collector.report(
        .duplicateName, "the host \(quoted(name.value)) is listed twice", at: name.span,
        notes: [.init("the first time is here; to give it more, say its slots or its weight", at: first)])
    }
  }

  /// Every controller is on one host, and every host but the first has one.
  func hostShares() {
    guard spec.hosts?.isUnread == false, let hosts = spec.hosts?.hosts, !hosts.isEmpty,
      let total = spec.controllers.count, let place = spec.hosts?.place
    else {
      return
    }
    let named = hosts.filter { $0.controllers != nil }
    guard named.isEmpty else { return namedShares(hosts, named, total, at: place) }
    for host in hosts.dropFirst() {
      guard let weight = host.weight, weight.value == 0 else { continue }
      return collector.report(
        .hostShares,
        "the host \(quoted(host.name.value)) has the weight 0, so that no controller is on it; leave it out",
        at: weight.span, notes: [.init("only the first may be without, as the simulator is there")])
    }
    for host in hosts {
      guard let weight = host.weight, weight.value > Self.maximumWeight else { continue }
      return collector.report(
        .outOfRange, "a weight is at most \(Self.maximumWeight.shortText), not \(weight.value.shortText)",
        at: weight.span)
    }
    if hosts.count == 1, let weight = hosts[0].weight, weight.value == 0 {
      collector.report(.hostShares, "the only host has the weight 0, and must have all controllers", at: weight.span)
    }
  }

  private static let maximumWeight = 1e9

  private func namedShares(_ hosts: [HostSpec], _ named: [HostSpec], _ total: Int, at place: Span) {
    guard let first = named[0].controllers else { return }
    if let other = hosts.first(where: { $0.controllers == nil }) {
      return collector.report(
        .hostShares, "the host \(quoted(other.name.value)) does not say how many controllers it has, and others do",
        at: other.name.span, notes: [.init("all hosts say it, or none; one that does is here", at: first.span)])
    }
    for host in hosts.dropFirst() {
      guard let count = host.controllers, count.value == 0 else { continue }
      collector.report(
        .hostShares, "no controller is on the host \(quoted(host.name.value)); leave it out", at: count.span,
        notes: [.init("only the first may be without, as the simulator is there")])
    }
    for host in hosts where host.weight != nil {
      collector.report(
        .hostShares, "the host \(quoted(host.name.value)) says its controllers, and its weight changes nothing",
        at: host.weight?.span ?? place, notes: [.init("remove one of them")])
    }
    let sum = hosts.reduce(0) { $0 + ($1.controllers?.value ?? 0) }
    if sum == total { return }
    let terms =
      hosts.count > 8 ? "\(hosts.count) hosts" : hosts.map { "\($0.controllers?.value ?? 0)" }.joined(separator: " + ")
    collector.report(
      .hostShares, "the hosts have \(sum) controllers together, and controllers.count is \(total)", at: first.span,
      notes: [.init("\(terms) = \(sum)")])
  }

  /// More hosts than controllers are no mistake: the same hosts serve small runs and large ones.
  func idleHosts() {
    guard !collector.hasErrors, let spec = spec.hosts, let hosts = ClusterConfig.Hosts(spec),
      let total = self.spec.controllers.count
    else { return }
    let idle = zip(spec.hosts ?? [], hosts.counts(sharing: total)).dropFirst().filter { $0.1 == 0 }.map(\.0)
    guard let first = idle.first else { return }
    let names = idle.prefix(4).map { quoted($0.name.value) }.joined(separator: ", ")
    collector.report(
      .idleHost,
      "\(total) controller\(total == 1 ? "" : "s") leave\(total == 1 ? "s" : "") none for \(names)"
        + (idle.count > 4 ? " and \(idle.count - 4) more hosts" : "")
        + ", which \(idle.count == 1 ? "has" : "have") no part in the run",
      at: first.name.span, severity: .warning)
  }

  func hostRanges() {
    guard let hosts = spec.hosts else { return }
    // Open MPI's own daemons give a host up by keepalive, which counts in whole seconds: of less than 3 they lose others with it.
    if let timeout = hosts.timeout, timeout.value < 3 {
      collector.report(
        .outOfRange, "hosts.timeout must be at least 3 s, not \(timeout.value.shortText) s", at: timeout.span)
    }
    if let rate = hosts.latestRate, rate.value > 1000 {
      collector.report(
        .outOfRange, "hosts.latest_rate must be at most 1000 Hz, not \(rate.value.shortText)", at: rate.span)
    }
  }

  /// What runs on all hosts cannot wait for what runs on one.
  func processPlaces() {
    let atHead = Set(spec.processes.filter { $0.on == .head }.map(\.name.value))
    for process in spec.processes where process.on == .all {
      for name in process.after where atHead.contains(name.value) {
        collector.report(
          .processPlace,
          "\(quoted(process.name.value)) runs on all hosts, and \(quoted(name.value)), which it waits for, at the head only",
          at: name.span, notes: [.init("let that one run 'on: all', too")])
      }
    }
  }
}
