import ClusterConfig
import ControlCluster

/// Hosts one after the other that are alike but for their names: as many controllers, so as much of everything.
struct HostGroup: Equatable {
  /// At least one.
  var shares: ArraySlice<HostShare>
  /// Of each.
  var workers: Int
  /// Bytes of each one's memory.
  var memory: Int
  /// Of each; none of the head, which all others talk to.
  var traffic: HostTraffic?

  var controllers: Range<Int> { shares.first!.first..<(shares.last!.first + shares.last!.count) }
  /// `b`, or `b … d` for several.
  var name: String { shares.count == 1 ? shares.first!.name : "\(shares.first!.name) … \(shares.last!.name)" }
}

extension ClusterPlan {
  /// All hosts in order, the head by itself; up to three in a row that are alike stand by themselves, too.
  var hostGroups: [HostGroup] {
    var groups: [HostGroup] = []
    var known: [Int: HostGroup] = [:]
    var start = 0
    while start < shares.count {
      let count = shares[start].count
      var end = start + 1
      while start > 0, end < shares.count, shares[end].count == count { end += 1 }
      for range in end - start > 3 ? [start..<end] : (start..<end).map({ $0..<$0 + 1 }) {
        var group = start == 0 ? group(0) : known[count] ?? group(start)
        if start > 0 { known[count] = group }
        group.shares = shares[range]
        groups.append(group)
      }
      start = end
    }
    return groups
  }

  private func group(_ index: Int) -> HostGroup {
    let (count, perProcess) = (shares[index].count, max(1, config.controllers.perProcess))
    let plan = index == host ? self : try? ClusterPlan(config, configText: blueprint.config, host: index)
    return HostGroup(
      shares: shares[index...index], workers: count == 0 ? 0 : (count - 1) / perProcess + 1,
      memory: plan?.blueprint.layout.size ?? 0,
      traffic: index == 0 ? nil : HostTraffic(blueprint.layout, controllers: count))
  }

  /// What all other hosts together have to do with the head.
  var traffic: (step: HostTraffic.Amount, latest: HostTraffic.Amount) {
    hostGroups.reduce((HostTraffic.Amount(), HostTraffic.Amount())) { sum, group in
      guard let traffic = group.traffic else { return sum }
      return (sum.0 + traffic.step * group.shares.count, sum.1 + traffic.latest * group.shares.count)
    }
  }
}

extension HostTraffic.Amount {
  static func * (amount: Self, count: Int) -> Self { Self(out: amount.out * count, back: amount.back * count) }
}
