@testable import ClusterConfig
@testable import ClusterPlan
import ControlCluster
import Testing

@Suite("The plan of a cluster on several hosts")
struct HostPlanTests {
  typealias Host = ClusterConfig.Hosts.Host

  static func config(_ controllers: Int, perProcess: Int = 1, _ hosts: [Host]) -> ClusterConfig {
    var config = ClusterConfig.hopper(
      controllers: controllers, perProcess: perProcess, buffers: ClusterConfig.Buffer.standard)
    config.hosts = .init(list: hosts, lost: .continue, timeout: 4, latestRate: 20)
    return config
  }

  static func plan(_ config: ClusterConfig, host: Int = 0) throws -> ClusterPlan {
    try ClusterPlan(config, configText: "x", host: host)
  }

  static func counts(_ controllers: Int, _ hosts: [Host]) throws -> [Int] {
    try plan(config(controllers, hosts)).shares.map(\.count)
  }

  @Test("controllers are shared out in order: by number, by weight, by slots, or evenly")
  func shares() throws {
    #expect(
      try Self.plan(Self.config(7, [Host(name: "a"), Host(name: "b"), Host(name: "c")])).shares == [
        HostShare(name: "a", first: 0, count: 3), HostShare(name: "b", first: 3, count: 2),
        HostShare(name: "c", first: 5, count: 2),
      ])
    #expect(
      try Self.counts(48, [Host(name: "a", slots: 8), Host(name: "b", slots: 32), Host(name: "c", slots: 8)]) == [
        8, 32, 8,
      ])
    #expect(try Self.counts(10, [Host(name: "a", slots: 8, weight: 1), Host(name: "b", weight: 2)]) == [3, 7])
    #expect(try Self.counts(10, [Host(name: "a", controllers: 0), Host(name: "b", controllers: 10)]) == [0, 10])
    #expect(try Self.counts(10, [Host(name: "a", weight: 0), Host(name: "b", weight: 0.5)]) == [0, 10])
  }

  @Test("every controller is on one host, whatever the weights; one without any has no part, but for the head")
  func cover() throws {
    var random = SplitMix64(seed: 8)
    for _ in 0..<200 {
      let total = Int.random(in: 1...50, using: &random)
      let hosts = (0..<Int.random(in: 1...20, using: &random)).map {
        Host(name: "h\($0)", slots: Int.random(in: 1...9, using: &random), weight: $0 == 0 ? 0 : nil)
      }
      let shares = try Self.plan(Self.config(total, hosts)).shares
      #expect(shares.flatMap { Array($0.controllers) } == Array(0..<total))
      #expect(shares.dropFirst().allSatisfy { $0.count > 0 })
      #expect(shares[0].name == "h0")
    }
  }

  @Test("the head has the rows of all, and one more worker that stands for the other hosts'")
  func head() throws {
    let plan = try Self.plan(Self.config(7, perProcess: 2, [Host(name: "a"), Host(name: "b"), Host(name: "c")]))
    #expect(plan.host == 0 && plan.blueprint.layout.slots == 7)
    #expect(plan.topology.processes.map(\.name) == ["server", "controllers-0-1", "controller-2", "hosts", "simulator"])
    let hosts = plan.topology.processes[3]
    #expect(hosts.slots == 3..<7 && hosts.role == .controller && hosts.program == .builtIn("hosts"))
    #expect(hosts.dependencies == [.server])
    let description = try ClusterDescription(json: plan.blueprint.description)
    #expect(description.hosts?.shares == plan.shares)
    #expect(description.firstController == 0 && description.totalControllers == 7 && description.controllers.count == 7)
  }

  @Test("each other host has the rows of its own share, and names workers by their numbers in the whole cluster")
  func other() throws {
    let config = Self.config(7, perProcess: 2, [Host(name: "a"), Host(name: "b", weight: 3), Host(name: "c")])
    let (head, plan) = (try Self.plan(config), try Self.plan(config, host: 1))
    #expect(plan.shares == head.shares && plan.host == 1)
    #expect(plan.config == config)
    #expect(plan.topology.processes.map(\.name) == ["server", "controllers-2-3", "controllers-4-5", "agent"])
    #expect(plan.topology.processes.map(\.slots) == [0..<0, 0..<2, 2..<4, 0..<0])
    #expect(plan.topology.processes[3].program == .builtIn("agent"))
    let layout = plan.blueprint.layout
    #expect(layout.slots == 4)
    #expect(layout.buffers.map(\.rows) == head.blueprint.layout.buffers.map { $0.per == .cluster ? 1 : 4 })
    #expect(layout.rowHash == head.blueprint.layout.rowHash && layout.hash != head.blueprint.layout.hash)
    let description = try ClusterDescription(json: plan.blueprint.description)
    #expect(description.hosts == .init(index: 1, shares: plan.shares, timeout: 4, lost: .continue, latestRate: 20))
    #expect(description.firstController == 2 && description.totalControllers == 7 && description.controllers.count == 4)
    #expect(throws: PlanError.host(3, of: 3)) { try Self.plan(config, host: 3) }
  }

  @Test("what hosts agree on is the rows, not how many there are")
  func rowHash() throws {
    func layout(_ controllers: Int, _ buffers: [ClusterConfig.Buffer]) throws -> ClusterLayout {
      try ClusterPlan(.hopper(controllers: controllers, buffers: buffers), configText: "").blueprint.layout
    }
    let (one, two) = (ClusterConfig.Buffer.make("a", .make("x", [3])), ClusterConfig.Buffer.make("a", .make("x", [4])))
    #expect(try layout(2, [one]).rowHash == layout(5, [one]).rowHash)
    #expect(try layout(2, [one]).rowHash != layout(2, [two]).rowHash)
  }

  @Test("one host is a cluster like any other")
  func single() throws {
    let plan = try Self.plan(Self.config(3, [Host(name: "localhost")]))
    #expect(
      plan.blueprint == (try ClusterPlan(.hopper(buffers: ClusterConfig.Buffer.standard), configText: "x").blueprint))
    #expect(
      plan.topology == (try ClusterPlan(.hopper(buffers: ClusterConfig.Buffer.standard), configText: "x").topology))
  }

  @Test("the config's own processes run at the head, and on all hosts those that say so")
  func extras() throws {
    var config = Self.config(4, [Host(name: "a", controllers: 2), Host(name: "b", controllers: 2)])
    config.processes = [.make("loader", ready: .exited), .make("cache"), .make("viewer", after: ["simulator"])]
    config.processes[1].on = .all
    config.processes[2].on = .all
    config.controllers.after = ["loader", "cache"]
    config.simulator.after = ["loader"]
    config.record = ClusterConfig.Recording()
    #expect(
      try Self.plan(config).topology.processes.map(\.name)
        == ["server", "loader", "cache", "controller-0", "controller-1", "hosts", "recorder", "simulator", "viewer"])
    #expect(try Self.plan(config).topology.processes[5].dependencies == [.server, .extra("loader"), .extra("cache")])
    let processes = try Self.plan(config, host: 1).topology.processes
    #expect(processes.map(\.name) == ["server", "cache", "controller-2", "controller-3", "agent", "viewer"])
    #expect(processes[2].dependencies == [.server, .extra("cache")])
    #expect(processes[4].dependencies == [.controllers])
  }

  @Test("a description that contradicts itself is refused")
  func corrupt() throws {
    let plan = try Self.plan(Self.config(4, [Host(name: "a"), Host(name: "b")]), host: 1)
    let text = plan.blueprint.description
    for (old, new) in [
      (#""first":2"#, #""first":3"#), (#""lost":"continue""#, #""lost":"go on""#), (#""index":1"#, #""index":2"#),
      (#""count":2,"per_process""#, #""count":4,"per_process""#), (#""latest_rate":20.0"#, #""latest_rat":20.0"#),
    ] {
      let broken = text.replacing(old, with: new)
      #expect(broken != text, "\(old) is not in \(text)")
      #expect(throws: ClusterError.self, "\(new)") { try ClusterDescription(json: broken) }
    }
  }
}

extension HostPlanTests {
  @Test("a step moves what is handed over in it, a word for each controller, and a header each way")
  func traffic() throws {
    let plan = try Self.plan(Self.config(7, [Host(name: "a"), Host(name: "b"), Host(name: "c", weight: 2)]))
    #expect(plan.shares.map(\.count) == [2, 2, 3])
    // robot_state is 64 bytes a row, commands 8, wind 64 for all of a host, and status, which is `latest`, 64.
    let three = HostTraffic(plan.blueprint.layout, controllers: 3)
    #expect(three.step == .init(out: 64 + 3 + 3 * 64 + 64, back: 64 + 3 * 40 + 3 * 8))
    #expect(three.latest == .init(out: 0, back: 3 * 64))
    let two = HostTraffic(plan.blueprint.layout, controllers: 2)
    #expect(plan.traffic.step == two.step + three.step)
    // The rows of any host are alike.
    #expect(HostTraffic(try Self.plan(plan.config, host: 2).blueprint.layout, controllers: 3) == three)
  }

  @Test("the page has the hosts with what is on each, and what goes there and back")
  func page() throws {
    let config = Self.config(7, perProcess: 2, [Host(name: "a"), Host(name: "b"), Host(name: "c", weight: 2)])
    let page = PlanReport(try Self.plan(config)).text
    #expect(page.contains("  controllers  7 on 3 hosts, 2 here in 1 worker, active from the start"))
    let hosts = page[try #require(page.firstRange(of: "Hosts\n")).lowerBound...]
    #expect(
      hosts == """
        Hosts
          host  controllers  each  workers    memory  to it a step  back  latest to it       back
          a     0–1             2        1  36.0 KiB
          b     2–3             2        1  36.0 KiB           258   160             -  2.5 KiB/s
          c     4–6             3        2  36.0 KiB           323   208             -  3.8 KiB/s
          all                   7                              581   368             -  6.3 KiB/s
          a step moves 949 bytes in 4 messages: 46.3 KiB/s at 50 steps a second
          'latest' rows travel 20 times a second at most, and only when they have changed
          a host that is silent for 4 s is lost: its controllers are dead, and the run goes on

        """)
    #expect(PlanReport(try Self.plan(config)).json[path: "traffic.step"] == ["out": 581, "back": 368])
    #expect(
      PlanReport(try Self.plan(config)).json[path: "traffic.hosts.2"] == [
        "name": "c", "first": 4, "count": 3, "workers": 2, "memory": 36864, "step": ["out": 323, "back": 208],
        "latest": ["out": 0, "back": 192],
      ])
    #expect(PlanReport(try Self.plan(config, host: 1)).json[path: "hosts.index"] == 1)
  }

  @Test("hosts that are alike share a line: a thousand fit a page, and a drawing")
  func manyHosts() throws {
    let hosts = (1...1000).map { Host(name: "node\($0)") }
    let config = Self.config(160_004, perProcess: 16, hosts)
    let plan = try Self.plan(config)
    let page = PlanReport(plan).text
    let lines = page[try #require(page.firstRange(of: "Hosts\n")).lowerBound...].split(separator: "\n")
    #expect(lines.count == 11, "\(lines.joined(separator: "\n"))")
    #expect(lines[2].hasPrefix("  node1                   0–160 "))
    #expect(lines[6].hasPrefix("  node5 … node1000 (996)  644–160003 ") && lines[6].contains(" 160 "))
    #expect(DataFlow(plan).dot.contains(#"label="node5 … node1000\n996 hosts, 160 controllers each""#))
    #expect(DataFlow(plan).mermaid.contains("996 hosts, 160 controllers each"))
    #expect(DataFlow(plan).dot.count < 4000)
  }

  @Test("a plan of one machine says nothing of hosts")
  func alone() throws {
    let report = PlanReport(try ClusterPlan(.hopper(buffers: ClusterConfig.Buffer.standard), configText: ""))
    #expect(!report.text.contains("Hosts") && report.json["traffic"] == nil && report.json["hosts"] == nil)
  }
}
