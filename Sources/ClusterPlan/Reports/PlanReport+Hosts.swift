import ClusterConfig
import ControlCluster

extension PlanReport {
  /// What is where, and what goes from host to host; empty for a cluster on one machine.
  var hosts: String {
    guard plan.shares.count > 1, let hosts = plan.config.hosts else { return "" }
    let (groups, sum) = (plan.hostGroups, plan.traffic)
    let hasLatest = sum.latest != .init()
    var columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("host", .left), ("controllers", .left), ("each", .right), ("workers", .right), ("memory", .right),
      ("to it a step", .right), ("back", .right),
    ]
    if hasLatest { columns += [("latest to it", .right), ("back", .right)] }
    var table = TextTable(columns)
    func rate(_ bytes: Int) -> String {
      bytes == 0 ? "-" : Quantity.bytes(Int(Double(bytes) * hosts.latestRate)) + "/s"
    }
    func add(_ cells: [String], _ step: HostTraffic.Amount?, _ latest: HostTraffic.Amount?) {
      let moved = [step?.out, step?.back].map { $0.map(Quantity.thousands) ?? "" }
      let sent = [latest?.out, latest?.back].map { $0.map(rate) ?? "" }
      table.add(cells + moved + (hasLatest ? sent : []))
    }
    for group in groups {
      let numbers = group.controllers
      add(
        [
          group.shares.count == 1 ? group.name : "\(group.name) (\(group.shares.count))",
          numbers.isEmpty
            ? "" : numbers.count == 1 ? "\(numbers.lowerBound)" : "\(numbers.lowerBound)–\(numbers.upperBound - 1)",
          Quantity.thousands(group.shares.first!.count), Quantity.thousands(group.workers),
          Quantity.bytes(group.memory),
        ], group.traffic?.step, group.traffic?.latest)
    }
    let others = plan.shares.count - 1
    add(["all", "", Quantity.thousands(plan.config.controllers.count), "", ""], sum.step, hasLatest ? sum.latest : nil)
    let end = hosts.lost == .end ? "the run ends" : "its controllers are dead, and the run goes on"
    return "\nHosts\n" + table.text()
      + "  a step moves \(Quantity.bytes(sum.step.out + sum.step.back)) in \(Quantity.count(2 * others, "message")): "
      + "\(moved(sum.step.out + sum.step.back)) at \(HumanText.number(1 / plan.config.timing.clusterDt)) steps a second\n"
      + (hasLatest
        ? "  'latest' rows travel \(HumanText.number(hosts.latestRate)) times a second at most, and only when they have changed\n"
        : "")
      + "  a host that is silent for \(HumanText.seconds(hosts.timeout)) is lost: \(end)\n"
  }

  private func moved(_ bytes: Int) -> String {
    Quantity.bytes(Int((Double(bytes) / plan.config.timing.clusterDt).rounded())) + "/s"
  }

  /// What the description has no room for: by host its share and the bytes that go to it and come back, and the sums.
  var traffic: JSONValue {
    let sum = plan.traffic
    func json(_ amount: HostTraffic.Amount) -> JSONValue {
      ["out": .integer(amount.out), "back": .integer(amount.back)]
    }
    let hosts = plan.hostGroups.flatMap { group in
      group.shares.map { share -> JSONValue in
        [
          "name": .string(share.name), "first": .integer(share.first), "count": .integer(share.count),
          "workers": .integer(group.workers), "memory": .integer(group.memory),
          "step": group.traffic.map { json($0.step) } ?? .null,
          "latest": group.traffic.map { json($0.latest) } ?? .null,
        ]
      }
    }
    return ["step": json(sum.step), "latest": json(sum.latest), "hosts": .array(hosts)]
  }
}
