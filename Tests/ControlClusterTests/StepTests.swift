import Glibc
import Testing

@testable import ControlCluster

@Suite("A step between processes")
struct StepTests {
  @Test(
    "every controller answers with what its own row told it", arguments: [(1, 1), (3, 1), (16, 1), (16, 4), (5, 2)])
  func echo(_ shape: (controllers: Int, perProcess: Int)) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: shape.controllers, perProcess: shape.perProcess))
      let client = try cluster.client()
      for step in 1...20 {
        for slot in 0..<shape.controllers { try client.order(slot, .echo, Double(100 * step + slot)) }
        let report = try client.solve()
        #expect(report.allSolved && report.participants == shape.controllers)
        #expect(report.generation == UInt32(step))
        for slot in 0..<shape.controllers {
          #expect(try client.number(slot) == Double(100 * step + slot))
          #expect(client.outcome(of: slot) == .solved)
        }
      }
      let snapshot = cluster.segment.stepSnapshot()
      #expect(snapshot.steps == 20 && snapshot.solved == shape.controllers && snapshot.stepTimes.count == 20)
      #expect(abs(snapshot.simulatedTime - 0.4) < 1e-9)
      for slot in 0..<shape.controllers {
        let of = cluster.segment.slotSnapshot(slot)
        #expect(of.solves == 20 && of.failures == 0 && of.restarts == 0 && of.isPrepared)
        #expect(of.pid == cluster.workers[slot / shape.perProcess].pid)
      }
    }
  }

  @Test("a simulator may work between trigger() and wait(); out of order they are errors")
  func order() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster()
      let client = try cluster.client()
      #expect(throws: ClusterError.stepOutOfOrder("wait() without trigger()")) { try client.wait() }
      try client.trigger()
      #expect(throws: ClusterError.self) { try client.trigger() }
      #expect(throws: ClusterError.self) { try client.reset() }
      #expect(try client.wait().solved == 1)
      #expect(throws: ClusterError.self) { try client.wait() }
      #expect(try client.solve().solved == 1)
    }
  }

  @Test("controllers see their own joints in their own order, and quaternions as w, x, y, z")
  func mapping() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2, controllerJoints: ["toe", "hip"]))
      let client = try cluster.client()
      let position = try client.columns("robot_state", "joint_position", as: Float.self)
      let orientation = try client.columns("robot_state", "root_orientation", as: Float.self)
      for joint in 0..<4 { position[1, joint] = Float(10 * joint) }
      for (column, value) in [0.1, 0.2, 0.3, 0.9].enumerated() { orientation[1, column] = Float(value) }
      #expect(try client.solve().allSolved)
      // hip and toe are echoed plus 1; thigh and calf are not the controller's and keep their homing.
      #expect(try client.command(1, "joint_position") == [1, 0.5, -0.75, 31])
      #expect(try client.command(1, "joint_velocity") == [1, 0, 0, 1])
      // Stored in the convention of both buffers, x, y, z, w.
      #expect(try client.command(1, "root_orientation") == [0.1, 0.2, 0.3, 0.9])
    }
  }

  @Test("a context maps names, limits and homing to the controller's joints, and w comes first")
  func context() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllerJoints: ["toe", "hip"]), starts: false)
      let context = try ControllerContext(cluster.segment, slot: 0)
      #expect(context.joints == ["toe", "hip"] && context.homing == [1.0, 0.25])
      #expect(context.limits.map(\.upper) == [1.5, 1.5])
      #expect(context.parameters["gain"]?.number == 2)
      let orientation = try cluster.segment.columns("robot_state", "root_orientation", as: Float.self)
      for column in 0..<4 { orientation[0, column] = Float(column) }
      let input = try context.input("robot_state", "root_orientation")
      #expect((0..<4).map { input[$0] } == [3, 0, 1, 2])
      let output = try context.output("rhc_commands", "joint_position")
      #expect(output.count == 2)
      output.write([7, 8])
      #expect((0..<2).map { output[$0] } == [7, 8])
      #expect(throws: ClusterError.notWritable(buffer: "robot_state", writer: "simulator")) {
        try context.output("robot_state", "joint_position")
      }
      #expect(throws: ClusterError.self) { try context.input("robot_state", "jnt") }
      #expect(context.hasField("clock", "time") && !context.hasField("clock", "day"))
    }
  }

  @Test("before the first solve every command row holds the homing")
  func initialRows() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2), starts: false)
      let client = try cluster.client()
      for slot in 0..<2 {
        #expect(try client.command(slot, "joint_position") == TestBlueprint.homing.map(Float.init))
        #expect(try client.command(slot, "root_orientation") == [0, 0, 0, 1])
      }
      #expect(try client.solve().participants == 0)
    }
  }

  @Test("steps go on through the wrap of the generations", arguments: [UInt32(Int32.max) - 3, UInt32.max - 3])
  func wrap(_ start: UInt32) throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      // Such a run has all its words near there.
      cluster.segment.control.generation.store(start)
      cluster.segment.control.pending.store(UInt64(start) << 32)
      for slot in 0..<2 { cluster.segment.slot(slot).stepBits.store(StepWord(start, .solved).bits) }
      let client = try cluster.client()
      for step in 1...10 {
        try client.order(1, .echo, Double(step))
        let report = try client.solve()
        #expect(report.solved == 2 && report.generation == start &+ UInt32(step))
        #expect(try client.number(1) == Double(step))
        // Nobody had to wait for a slice to see it.
        #expect(report.duration < 5)
      }
    }
  }

  @Test("scribbled hints cost a slice, not the step")
  func scribbled() throws {
    try Watchdog.guarding {
      let cluster = try TestCluster(TestBlueprint(controllers: 2))
      let client = try cluster.client()
      var generator = SplitMix64(seed: 5)
      for _ in 0..<20 {
        try client.trigger()
        cluster.segment.control.pending.store(generator.next())
        cluster.segment.control.done.store(UInt32(truncatingIfNeeded: generator.next()))
        #expect(try client.wait().solved == 2)
      }
    }
  }

  @Test(
    "a step allocates nothing (optimised) and keeps nothing (any build), neither in the client nor in the workers",
    .disabled(if: System.environment("CCLUSTER_SANITIZE") != nil, "a sanitizer has a malloc of its own"),
    arguments: [1, 3])
  func allocations(_ perProcess: Int) throws {
    try Watchdog.guarding {
      let blueprint = TestBlueprint(controllers: 2 * perProcess, perProcess: perProcess)
      let process = try TestProcess(
        .allocations,
        environment: [("CCLUSTER_TEST_CONTROLLERS", "scripted*\(perProcess),scripted*\(perProcess)")],
        image: blueprint.make())
      // Which of the two is the worker's own build to say.
      let line = process.readLine()
      #expect(line == "allocated: client 0, workers 0" || line == "kept: client 0, workers 0", "\(line ?? "nothing")")
      #expect(try process.waitForEnd() == 0)
    }
  }

  @Test(
    "a step makes no system call but wait and wake (and the clock's, without a vDSO), in the client and in the workers",
    .disabled(if: System.environment("CCLUSTER_SANITIZE") != nil, "a sanitizer makes system calls of its own"),
    arguments: [1, 3])
  func systemCalls(_ perProcess: Int) throws {
    try Watchdog.guarding(60) {
      let blueprint = TestBlueprint(controllers: 2 * perProcess, perProcess: perProcess)
      let process = try TestProcess(
        .systemCalls,
        environment: [("CCLUSTER_TEST_CONTROLLERS", "scripted*\(perProcess),scripted*\(perProcess)")],
        image: blueprint.make())
      // Each controller was asked to make one at last, and each saw those of its whole worker.
      let seen = 2 * (1...perProcess).reduce(0, +)
      #expect(
        process.readLine() == "system calls: client 0, workers 0; seen when made: client 1, workers \(seen)")
      #expect(try process.waitForEnd() == 0)
    }
  }

  @Test("a cluster instant comes every cluster_dt")
  func clusterInstant() throws {
    let cluster = try TestCluster(starts: false)
    let client = try cluster.client()
    #expect((0..<25).filter(client.isClusterInstant) == [0, 10, 20])
  }

  @Test("views keep the memory mapped when client and server are gone")
  func views() throws {
    try Watchdog.guarding {
      var cluster: TestCluster? = try TestCluster(starts: false)
      var client: ControlClusterClient? = try cluster!.client()
      let view = try client!.columns("robot_state", "joint_position", as: Float.self)
      let row = try client!.row("goal", of: 0)
      view[0, 2] = 2.5
      weak let segment = client!.segment
      client = nil
      cluster!.end()
      cluster = nil
      #expect(segment != nil)
      #expect(view[0, 2] == 2.5)
      view[0, 2] = 3.5
      row.read()
      #expect(view[0, 2] == 3.5)
    }
  }

  @Test("a view of another type, of a latest buffer or of an unknown field is an error")
  func wrongViews() throws {
    let cluster = try TestCluster(starts: false)
    let client = try cluster.client()
    #expect(
      throws: ClusterError.wrongElementType(field: "robot_state.joint_position", found: "f32", expected: "Double")
    ) { try client.columns("robot_state", "joint_position", as: Double.self) }
    #expect(throws: ClusterError.self) { try client.columns("goal", "words", as: UInt64.self) }
    #expect(throws: ClusterError.unknownField(buffer: "clock", field: "day", known: ["time"])) {
      try client.columns("clock", "day", as: Double.self)
    }
    #expect(throws: ClusterError.slotOutOfRange(slot: 1, count: 1)) { try client.row("goal", of: 1) }
    #expect(throws: ClusterError.notWritable(buffer: "goal", writer: "tool")) { try client.row("goal", of: 0).write() }
    #expect(try client.columns("rhc_commands", "joint_position", as: Float.self).isWritable == false)
  }
}
