import Glibc
import Testing

@testable import ControlCluster

@Suite("Controllers that fail, die, are late")
struct FailureTests {
  /// Solves once with echoed positions [2, 3, 4, 5] and velocity `slot`, so that a row differs from its initial one.
  static func prime(_ client: ControlClusterClient) throws {
    let position = try client.columns("robot_state", "joint_position", as: Float.self)
    for slot in 0..<position.rows {
      try client.order(slot, .echo, 7)
      for joint in 0..<4 { position[slot, joint] = Float(joint + 1) }
    }
    #expect(try client.solve().allSolved)
  }

  static let homing = TestBlueprint.homing.map(Float.init)

  @Test(
    "a failed controller's row holds what on_failure says, and it takes no part until it is reset",
    arguments: [
      (OnFailure.hold, [2, 3, 4, 5] as [Float], 1 as Float, 7.0), (.homing, Self.homing, 0, 0),
      (.stop, [2, 3, 4, 5], 0, 0),
    ])
  func fails(_ row: (policy: OnFailure, position: [Float], velocity: Float, number: Double)) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2, onFailure: row.policy))
      let client = try cluster.client()
      try Self.prime(client)
      try client.order(1, .fail, 9)
      let report = try client.solve()
      #expect(report.failed == 1 && report.solved == 1 && report.participants == 2)
      #expect(client.outcome(of: 1) == .failed && client.state(of: 1) == .failed)
      #expect(client.failureMessage(of: 1) == "asked to fail at 9.0")
      #expect(try client.command(1, "joint_position") == row.position)
      #expect(try client.command(1, "joint_velocity") == [Float](repeating: row.velocity, count: 4))
      #expect(try client.number(1) == row.number)
      #expect(try client.command(0, "joint_position") == [2, 3, 4, 5])

      #expect(try client.solve().participants == 1)
      #expect(client.outcome(of: 1) == .free)
      try client.order(1, .echo, 11)
      #expect(try client.reset([1]).solved == 1)
      #expect(client.state(of: 1) == .active)
      #expect(try client.command(1, "joint_position") == Self.homing)
      #expect(try client.command(0, "joint_position") == [2, 3, 4, 5])
      #expect(try client.solve().solved == 2)
      #expect(try client.number(1) == 11)
      #expect(cluster.segment.slotSnapshot(1).failures == 1)
    }
  }

  @Test("a reset that fails leaves the controller failed")
  func failedReset() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster()
      let client = try cluster.client()
      try client.order(0, .fail, -1)
      #expect(try client.solve().failed == 1)
      #expect(try client.reset().failed == 1)
      #expect(client.state(of: 0) == .failed && client.failureMessage(of: 0) == "reset: asked to fail the reset")
      #expect(throws: ClusterError.slotOutOfRange(slot: 1, count: 1)) { try client.reset([1]) }
    }
  }

  @Test("controllers wait idle until they are activated, and hold their initial rows when deactivated")
  func activation() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 3, activate: false))
      let client = try cluster.client()
      #expect(try client.solve().participants == 0)
      try client.activate([0, 2])
      try Self.prime(client)
      #expect([0, 1, 2].map(client.outcome) == [.solved, .free, .solved])
      try client.deactivate([2])
      #expect([0, 1, 2].map(client.state) == [.active, .idle, .idle])
      // The client may be reading it.
      #expect(try client.command(2, "joint_position") == [2, 3, 4, 5])
      #expect(try client.solve().participants == 1)
      #expect(try client.command(2, "joint_position") == Self.homing)
      // Idle ones can be reset, and stay idle.
      #expect(try client.reset().solved == 3)
      #expect([0, 1, 2].map(client.state) == [.active, .idle, .idle])
      try client.activate([1, 2])
      #expect(try client.solve().solved == 3)
      #expect(throws: ClusterError.slotOutOfRange(slot: 3, count: 3)) { try client.activate([3]) }
    }
  }

  @Test("a request that nobody answers is withdrawn, and says who did not")
  func unanswered() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2), starts: false)
      try cluster.startWorker(0..<1)
      try cluster.waitUntilRegistered(0..<1)
      let client = try cluster.client()
      #expect(throws: ClusterError.unanswered(by: "controller 1 (vacant)", seconds: 0.1)) {
        try client.request(.deactivate, [0, 1], timeout: 0.1)
      }
      #expect(client.state(of: 0) == .idle)
      #expect(cluster.segment.slot(1).requests.load() == 0)
    }
  }

  @Test("a request to a controller that dies is not taken for carried out")
  func requestToTheDying() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster()
      let client = try cluster.client()
      cluster.workers[0].signal(SIGSTOP)
      cluster.segment.slot(0).requests.set(bits: SlotRequest.deactivate.rawValue)
      cluster.workers[0].signal(SIGKILL)
      try waitUntil("death") { client.state(of: 0) == .dead }
      #expect(throws: ClusterError.unanswered(by: "controller 0 (dead)", seconds: 0.05)) {
        try client.request(.deactivate, [0], timeout: 0.05)
      }
    }
  }

  @Test("a controller killed in the middle of a solve is reported dead and the step returns", arguments: [1, 2])
  func killed(_ perProcess: Int) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 4, perProcess: perProcess, onFailure: .homing))
      let client = try cluster.client()
      try Self.prime(client)
      try client.order(0, .sleep, 60)
      try client.trigger()
      try waitUntil("the others have solved") {
        (perProcess..<4).allSatisfy { cluster.segment.slot($0).step.status == .solved }
      }
      cluster.workers[0].signal(SIGKILL)
      let report = try client.wait()
      #expect(report.died == perProcess && report.solved == 4 - perProcess)
      #expect(report.duration < 10)
      for slot in 0..<perProcess {
        #expect(client.outcome(of: slot) == .died && client.state(of: slot) == .dead)
        #expect(try client.command(slot, "joint_position") == Self.homing)
      }
      #expect(try client.number(3) == 7)
      #expect(try client.solve().participants == 4 - perProcess)
    }
  }

  @Test(
    "a controller that ends by itself, or writes where only the simulator may, dies alone",
    arguments: [Order.exit, .trespass])
  func trespasser(_ order: Order) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      let client = try cluster.client()
      try Self.prime(client)
      try client.order(0, order)
      let report = try client.solve()
      #expect(report.died == 1 && report.solved == 1)
      #expect(try cluster.workers[0].waitForEnd() == (order == .exit ? 5 : -SIGSEGV))
      // What it wanted to write is not there, and what it had written is.
      #expect(try client.columns("robot_state", "joint_position", as: Float.self)[0, 0] == 1)
      #expect(try client.command(0, "joint_position") == [2, 3, 4, 5])
      #expect(try client.solve().solved == 1)
    }
  }

  @Test("a worker killed while it writes its row leaves the initial one, whole", arguments: [OnFailure.hold, .stop])
  func tornRow(_ policy: OnFailure) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(onFailure: policy, bulk: 1 << 20))
      let client = try cluster.client()
      let ends = try ["first", "last"].map { try client.columns("bulk", $0, as: Double.self) }
      let slot = cluster.segment.slot(0)
      try Self.prime(client)
      try client.order(0, .stopHalfway, 6)
      try client.trigger()
      try waitUntil("it is stopped in the middle of its row") { cluster.workers.last!.isStopped }
      #expect(slot.rows.isBeingWritten && slot.step.status == .due)
      cluster.workers.last!.signal(SIGKILL)
      #expect(try client.wait().died == 1)
      #expect(slot.rows.answers(client.segment.control.generation.load()))
      #expect(ends.map { $0[0, 0] } == [0, 0])
      #expect(try client.command(0, "joint_position") == Self.homing)
      #expect(try client.number(0) == 0)
    }
  }
}
