import Testing

@testable import ControlCluster

@Suite("A memory with one host's share of the controllers")
struct HostNumbersTests {
  /// Controllers 3 and 4 of 6.
  private static let middle = ClusterDescription.Hosts(
    index: 1,
    shares: [
      HostShare(name: "a", first: 0, count: 3), HostShare(name: "b", first: 3, count: 2),
      HostShare(name: "c", first: 5, count: 1),
    ], timeout: 10, lost: .end, latestRate: 50)

  private static var blueprint: TestBlueprint { TestBlueprint(controllers: 2, perProcess: 2, hosts: middle) }

  private static func server(
    _ blueprint: TestBlueprint, environment: [(name: String, value: String)] = []
  ) throws -> TestProcess {
    try TestProcess(
      .server, environment: environment + [("CCLUSTER_TEST_CONTROLLERS", "scripted*2")], image: blueprint.make())
  }

  @Test("controllers are told their number in the whole cluster, and work on the row of their slot")
  func index() throws {
    try Watchdog.guarding {
      let blueprint = Self.blueprint
      let server = try Self.server(blueprint)
      #expect(server.readLine() == "ready")
      let client = try ControlClusterClient(attachingTo: blueprint.name)
      #expect(client.cluster.firstController == 3 && client.cluster.totalControllers == 6)
      #expect(try client.solve().allSolved)
      // What a scripted controller commands is its number.
      #expect(try (0..<2).map { try client.command($0, "joint_velocity")[0] } == [3, 4])
      let snapshots = (0..<2).map(client.segment.slotSnapshot)
      #expect(snapshots.map(\.index) == [0, 1] && snapshots.map(\.number) == [3, 4])
    }
  }

  @Test("who is missed at the start is missed by its number")
  func registration() throws {
    try Watchdog.guarding {
      var blueprint = Self.blueprint
      blueprint.startupTimeout = 0.5
      let asleep = try Self.server(blueprint, environment: [("CCLUSTER_TEST_BUILD", "sleep")])
      #expect(asleep.readLine() == "error: not registered within 0.5 s: controller 3, controller 4")
      blueprint.name = UniqueName.next()
      let gone = try Self.server(blueprint, environment: [("CCLUSTER_TEST_BUILD", "throw")])
      #expect(gone.readLine() == "error: the process of controller 3 ended before it had registered")
    }
  }

  @Test("numbers become slots in one place, and those of other hosts are told with what there is here")
  func numbers() throws {
    let numbers = ControllerNumbers(first: 3, count: 2)
    #expect(numbers.all == 3..<5 && numbers[1] == 4)
    #expect(try numbers.slots(of: [4, 3]) == [1, 0])
    for number in [2, 5, 0, -1] {
      #expect(throws: ClusterError.controllerElsewhere(number, here: 3..<5)) { try numbers.slot(of: number) }
    }
    #expect(
      "\(ClusterError.controllerElsewhere(7, here: 3..<5))" == "there is no controller 7 on this host: it has 3-4")
    #expect(throws: ClusterError.slotOutOfRange(slot: 2, count: 2)) {
      try ControllerNumbers(count: 2).slot(of: 2)
    }
  }

  @Test("a description goes into a memory and comes out, and without hosts it counts from 0")
  func description() throws {
    var blueprint = Self.blueprint
    let read = try ClusterDescription(json: blueprint.make().description)
    #expect(read.hosts == Self.middle)
    #expect(read.hosts?.json == Self.middle.json)
    blueprint.hosts = nil
    let alone = try ClusterDescription(json: blueprint.make().description)
    #expect(alone.hosts == nil && alone.firstController == 0 && alone.totalControllers == 2)
    blueprint.hosts = Self.middle
    blueprint.controllers = 3
    #expect(throws: ClusterError.self) { try ClusterDescription(json: blueprint.make().description) }
  }
}
