import ClusterConfig
import ControlCluster

extension ClusterConfig {
  /// Who has which controllers, in order. A host that none is left for has no part in the run, but for the head.
  func shares() -> [HostShare] {
    guard let hosts else { return [HostShare(name: "localhost", first: 0, count: controllers.count)] }
    var shares: [HostShare] = []
    var first = 0
    for (host, count) in zip(hosts.list, hosts.counts(sharing: controllers.count)) where shares.isEmpty || count > 0 {
      shares.append(HostShare(name: host.name, first: first, count: count))
      first += count
    }
    return shares
  }

  /// Those of a host's memory: the head's has all.
  func slots(of shares: [HostShare], host: Int) -> Int { host == 0 ? controllers.count : shares[host].count }
}

extension ClusterDescription.Hosts {
  /// `nil` when the head has all controllers: that is a cluster like any other.
  init?(_ config: ClusterConfig, _ shares: [HostShare], host: Int) {
    guard let hosts = config.hosts, shares.count > 1 else { return nil }
    let lost: LostHost =
      switch hosts.lost {
      case .end: .end
      case .continue: .continue
      }
    self.init(
      index: host, shares: shares, timeout: hosts.timeout, lost: lost, latestRate: hosts.latestRate)
  }
}
