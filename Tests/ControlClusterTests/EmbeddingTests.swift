import CLinux
import Glibc
import Testing

@testable import ControlCluster

@Suite("A server in a user's own main")
struct EmbeddingTests {
  private static func server(
    _ blueprint: TestBlueprint, _ controllers: String, environment: [(name: String, value: String)] = []
  ) throws -> TestProcess {
    try TestProcess(
      .server, environment: environment + [("CCLUSTER_TEST_CONTROLLERS", controllers)], image: blueprint.make())
  }

  private static func exists(_ blueprint: TestBlueprint) -> Bool {
    access(SegmentName.path(of: SegmentName.of(blueprint.name)), F_OK) == 0
  }

  /// Runs steps as the client; the workers' pids.
  private static func solve(_ blueprint: TestBlueprint) throws -> [pid_t] {
    let client = try ControlClusterClient(attachingTo: blueprint.name)
    for step in 1...10 {
      for slot in 0..<blueprint.controllers { try client.order(slot, .echo, Double(step)) }
      #expect(try client.solve().solved == blueprint.controllers)
      for slot in 0..<blueprint.controllers { #expect(try client.number(slot) == Double(step)) }
    }
    return (0..<blueprint.controllers).map { client.segment.slotSnapshot($0).pid }
  }

  private static func waitUntilGone(_ pids: [pid_t]) throws {
    try waitUntil("\(pids) are gone") { pids.allSatisfy { ProcessIdentity(pid: $0) == nil } }
  }

  @Test(
    "controllers are types of this program, programs, or both, several in one process",
    arguments: [
      (1, "scripted"), (1, "program"), (3, "scripted,other,program"), (5, "scripted*2,program*3"),
      (16, "scripted*8,scripted*8"),
    ])
  func controllers(_ row: (count: Int, list: String)) throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint(controllers: row.count)
      let server = try Self.server(blueprint, row.list)
      #expect(server.readLine() == "ready")
      let pids = try Self.solve(blueprint)
      #expect(Set(pids).count == row.list.split(separator: ",").count && !pids.contains(server.pid))
      try server.send("stop")
      #expect(server.readLine() == "stopped")
      #expect(try server.waitForEnd() == 0)
      #expect(!Self.exists(blueprint))
      try Self.waitUntilGone(pids)
    }
  }

  @Test("each type runs its own code")
  func types() throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint(controllers: 3)
      let server = try Self.server(blueprint, "other,scripted,other")
      #expect(server.readLine() == "ready")
      let client = try ControlClusterClient(attachingTo: blueprint.name)
      #expect(try client.solve().allSolved)
      #expect(try (0..<3).map { try client.command($0, "joint_position")[0] } == [100, 1, 100])
    }
  }

  @Test(
    "a server whose controllers do not register says so, and leaves nothing",
    arguments: [
      ("throw", "scripted", "the process of controller 0 ended before it had registered"),
      ("exit", "scripted", "the process of controller 0 ended before it had registered"),
      ("sleep", "scripted", "not registered within 0.5 s: controller 0, controller 1"),
      ("", "scripted,scripted,scripted", "there is no controller 2: the cluster has 2, from 0"),
      ("", "/no/such/program", "start '/no/such/program': No such file or directory"),
    ])
  func doesNotStart(_ row: (build: String, list: String, sentence: String)) throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint(controllers: 2, perProcess: 2, startupTimeout: 0.5)
      let list = row.list == "scripted" ? "scripted*2" : row.list
      let server = try Self.server(blueprint, list, environment: [("CCLUSTER_TEST_BUILD", row.build)])
      #expect(server.readLine() == "error: \(row.sentence)")
      #expect(try server.waitForEnd() == 1)
      #expect(!Self.exists(blueprint))
    }
  }

  @Test(
    "when the embedding main is killed, its controllers go with it and the memory is removed",
    arguments: [SIGKILL, SIGTERM, SIGSEGV])
  func killed(_ signal: Int32) throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint(controllers: 4)
      let server = try Self.server(blueprint, "scripted*2,program,scripted")
      #expect(server.readLine() == "ready")
      let pids = try Self.solve(blueprint)
      // One of them in the middle of a long solve, one stopped: neither could end by itself.
      let client = try ControlClusterClient(attachingTo: blueprint.name)
      try client.order(0, .sleep, 60)
      try client.trigger()
      kill(pids[3], SIGSTOP)
      server.signal(signal)
      #expect(try server.waitForEnd() == -signal)
      try Self.waitUntilGone(pids)
      try waitUntil("the memory is removed") { !Self.exists(blueprint) }
      #expect(throws: ClusterError.serverGone(segment: client.segment.name)) { try client.wait() }
    }
  }

  @Test("a client in whose steps nobody takes part finds out that the server is gone")
  func killedWhileNobodyTakesPart() throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint(controllers: 2)
      let server = try Self.server(blueprint, "scripted*2")
      #expect(server.readLine() == "ready")
      let client = try ControlClusterClient(attachingTo: blueprint.name)
      try client.deactivate([0, 1])
      #expect(try client.solve().participants == 0)
      server.signal(SIGKILL)
      #expect(try server.waitForEnd() == -SIGKILL)
      #expect(throws: ClusterError.serverGone(segment: client.segment.name)) {
        while true { try client.solve() }
      }
    }
  }

  @Test("when the keeper is killed too, the next server replaces what is left")
  func keeperKilled() throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint()
      let server = try Self.server(blueprint, "scripted")
      #expect(server.readLine() == "ready")
      let keeper = try #require(Self.children(of: server.pid).first { Self.commandLine($0).contains("keeper") })
      kill(keeper, SIGKILL)
      server.signal(SIGKILL)
      #expect(try server.waitForEnd() == -SIGKILL)
      try waitUntil("it is left over") {
        do {
          _ = try Segment.attach(to: blueprint.name, as: .observer)
          return false
        } catch ClusterError.stale { return true }
      }
      let next = try Self.server(blueprint, "scripted")
      #expect(next.readLine() == "ready")
      _ = try Self.solve(blueprint)
    }
  }

  private static func commandLine(_ pid: pid_t) -> String { System.contents(of: "/proc/\(pid)/cmdline") ?? "" }

  private static func children(of pid: pid_t) -> [pid_t] {
    (System.contents(of: "/proc/\(pid)/task/\(pid)/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
  }

  @Test("a stopping server ends controllers that do not listen")
  func deafControllers() throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint(controllers: 3)
      let server = try Self.server(blueprint, "scripted,scripted,scripted")
      #expect(server.readLine() == "ready")
      let pids = try Self.solve(blueprint)
      let client = try ControlClusterClient(attachingTo: blueprint.name)
      try client.order(1, .sleep, 60)
      try client.trigger()
      kill(pids[2], SIGSTOP)
      try server.send("stop")
      #expect(server.readLine() == "stopped")
      try Self.waitUntilGone(pids)
      #expect(!Self.exists(blueprint))
    }
  }
}
