extension HostsSpec {
  /// Looks at the hostfile or the allocation, so that what follows knows of hosts only.
  mutating func resolve(_ surroundings: ConfigSurroundings, _ limits: ConfigLimits, _ collector: DiagnosticCollector) {
    let isSlurm = slurm?.value == true
    let sources = [list?.span, hostfile?.span, isSlurm ? slurm?.span : nil].compactMap { $0 }
    guard sources.count == 1 else {
      if sources.isEmpty, isUnread { return }
      return sources.isEmpty ? reportNone(collector) : reportSeveral(sources, collector)
    }
    if let list {
      hosts = list.value
      if list.value.isEmpty, !isUnread { reportNone(collector) }
    } else if let hostfile {
      hosts = Hostfile(hostfile, surroundings, limits, collector)?.hosts
    } else if let slurm {
      hosts = SlurmAllocation.hosts(surroundings.environment, at: slurm.span, collector)
    }
    if let hosts, hosts.count > Self.maximumHosts {
      collector.report(
        .tooLarge, "\(hosts.count) hosts are named, and a cluster has at most \(Self.maximumHosts)", at: sources[0])
      self.hosts = nil
    }
  }

  /// More are a slip, and every one has its entry in the memory's description.
  static let maximumHosts = 1 << 14

  private func reportNone(_ collector: DiagnosticCollector) {
    collector.report(
      .hostList, "hosts says nothing of which hosts there are", at: place,
      notes: [.init("write 'list: [a, b]', 'hostfile: hosts.txt' or 'slurm: true'")])
  }

  private func reportSeveral(_ sources: [Span], _ collector: DiagnosticCollector) {
    let names = [list == nil ? nil : "list", hostfile == nil ? nil : "hostfile", slurm?.value == true ? "slurm" : nil]
      .compactMap { $0 }
    collector.report(
      .hostList, "hosts.\(names[0]) and hosts.\(names[1]) both say which hosts there are; keep one of them",
      at: sources[1],
      notes: [.init("the other one is here; '\(names[0]): null' removes an inherited one", at: sources[0])])
  }
}

extension ClusterConfig.Hosts {
  /// Of a spec that no problem has been reported for; `nil` otherwise.
  init?(_ spec: HostsSpec) {
    guard let hosts = spec.hosts, let timeout = spec.timeout?.value, let rate = spec.latestRate?.value else {
      return nil
    }
    self.init(
      list: hosts.map {
        Host(name: $0.name.value, slots: $0.slots, weight: $0.weight?.value, controllers: $0.controllers?.value)
      }, lost: spec.lost, timeout: timeout, latestRate: rate, mpirun: spec.mpirun)
  }
}
