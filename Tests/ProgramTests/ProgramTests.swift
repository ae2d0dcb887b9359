import ControlCluster
import Glibc
import Testing

/// The built `ccluster-controller` and `ccluster-simulator` on a cluster of their own, with the real server.
@Suite("Programs", .serialized, .timeLimit(.minutes(1)))
struct ProgramTests {
  @Test("the cluster brings all robots home, and the report says so")
  func bringsHome() throws {
    var test = TestBlueprint()
    test.count = 3
    test.perProcess = 2
    test.steps = 400
    test.simulatorParameters = ["perturbation": 0.2, "seed": 7, "tolerance": 1e-3, "report": "json"]
    let cluster = try TestCluster(test)
    let run = try cluster.simulate()
    #expect(run.error == "")
    #expect(run.status == 0)
    let report = try JSONValue(parsing: run.output)
    #expect(report["steps"]?.int == 400)
    #expect(report["controllers"]?.int == 3)
    #expect(abs((report["simulated_time"]?.number ?? 0) - 8) < 1e-9)
    #expect(try #require(report[path: "tracking_error.max"]?.number) < 1e-3)
    #expect(report[path: "tracking_error.within_tolerance"]?.bool == true)
    #expect(report["solves"] == ["failed": 0, "late": 0, "died": 0])
    let median = try #require(report[path: "step_time.median"]?.number)
    #expect(try median > 0 && median <= #require(report[path: "step_time.max"]?.number))
    for row in try cluster.values("robot_state", "joint_position") {
      for (q, home) in zip(row, test.homing) { #expect(abs(q - home) < 1e-3) }
    }
    for slot in 0..<3 { #expect(cluster.segment.slotSnapshot(slot).solves == 400) }
  }

  @Test("every field of the standard buffers is filled with what it is named after")
  func fields() throws {
    var test = TestBlueprint()
    test.count = 1
    test.steps = 3
    test.controllerParameters = ["inertia": 0.1]
    test.simulatorParameters = ["standing_height": 0.7, "perturbation": 0.3]
    let cluster = try TestCluster(test)
    #expect(try cluster.simulate().status == 0)
    func row(_ buffer: String, _ field: String) throws -> [Double] { try cluster.values(buffer, field)[0] }

    let weight = Float(12 * 9.81)
    for buffer in ["robot_state", "rhc_commands"] {
      let force = try row(buffer, "contact_force")
      #expect(force == [0, 0, Double(weight / 2), 0, 0, Double(weight / 2)])
    }
    for buffer in ["robot_state", "rhc_references", "rhc_prediction"] {
      #expect(try row(buffer, "root_position") == [0, 0, Double(Float(0.7))])
      #expect(try row(buffer, "root_orientation") == [1, 0, 0, 0])
    }
    #expect(try row("rhc_references", "joint_position") == test.homing.map { Double(Float($0)) })
    #expect(try row("rhc_references", "contact") == [1, 1])

    // The command is the point of the predicted trajectory that is half an interval ahead.
    let q = try row("rhc_internal", "joint_position")
    let v = try row("rhc_internal", "joint_velocity")
    let a = try row("rhc_internal", "joint_acceleration")
    let command = try row("rhc_commands", "joint_position")
    let commandVelocity = try row("rhc_commands", "joint_velocity")
    let acceleration = try row("rhc_commands", "joint_acceleration")
    let effort = try row("rhc_commands", "joint_effort")
    for joint in 0..<4 {
      #expect(abs(command[joint] - (q[joint] + 0.02 * v[joint] + 0.0002 * a[joint])) < 1e-5)
      #expect(abs(commandVelocity[joint] - (v[joint] + 0.02 * a[joint])) < 1e-5)
      #expect(abs(acceleration[joint] - a[joint]) < 1e-4)
      #expect(abs(effort[joint] - 0.1 * a[joint]) < 1e-4)
      #expect(abs(a[joint]) > 0.01, "the robot is still on its way")
      // Exact discretization between the nodes.
      #expect(abs(q[4 + joint] - (q[joint] + 0.04 * v[joint] + 0.0008 * a[joint])) < 1e-5)
    }
    #expect(try row("rhc_prediction", "joint_position") == Array(q[4..<8]))
    #expect(try row("rhc_prediction", "joint_velocity") == Array(v[4..<8]))
    #expect(try row("rhc_internal", "contact_force").count == 11 * 2 * 3)
    #expect(try row("rhc_internal", "contact_force").reduce(0, +) == 11 * Double(weight))

    let cost = try row("rhc_status", "cost")[0]
    #expect(cost > 0)
    #expect(abs(try row("rhc_status", "node_cost").reduce(0, +) - cost) < 1e-4 * cost)
    #expect(try row("rhc_status", "iterations")[0] >= 1)
    #expect(try row("rhc_status", "constraint_violation") == [0])
    #expect(try row("rhc_status", "fail_index") == [0])
    let tau = try row("robot_state", "joint_effort")
    let measured = try row("robot_state", "joint_acceleration")
    for joint in 0..<4 { #expect(abs(tau[joint] - 0.1 * measured[joint]) < 1e-3) }
  }

  @Test("a controller of some joints in another order moves just those; doubles and xyzw are stored as declared")
  func subset() throws {
    var test = TestBlueprint()
    test.count = 1
    test.controllerJoints = ["knee_r", "hip_l"]
    test.floatingPoint = .f64
    test.quaternions = "xyzw"
    test.simulatorParameters = ["perturbation": 0.2, "tolerance": 0.3]
    let cluster = try TestCluster(test)
    let run = try cluster.simulate()
    #expect(run.status == 0, "\(run.error)")
    #expect(try cluster.values("robot_state", "root_orientation") == [[0, 0, 0, 1]])
    #expect(try cluster.values("rhc_prediction", "root_orientation") == [[0, 0, 0, 1]])
    let command = try cluster.values("rhc_commands", "joint_position")[0]
    #expect(command[1] == 0.6 && command[2] == -0.1, "the others' commands stay at their initial values")
    #expect(command[0] != 0.1 && abs(command[0] - 0.1) < 0.05)
    #expect(command[3] != 0.6 && abs(command[3] - 0.6) < 0.05)
  }

  @Test("the two fields that a loop needs are enough; all others may be dropped")
  func minimal() throws {
    var test = TestBlueprint()
    test.steps = 10
    test.dropped = [
      "rhc_prediction", "rhc_references", "rhc_status", "rhc_internal", "robot_state.contact_force",
      "robot_state.root_position", "robot_state.joint_acceleration", "robot_state.joint_effort",
      "rhc_commands.joint_velocity", "rhc_commands.joint_acceleration", "rhc_commands.joint_effort",
      "rhc_commands.contact_force",
    ]
    let cluster = try TestCluster(test)
    let run = try cluster.simulate()
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("cluster steps"))
  }

  @Test("a config without a field that a program needs ends it with a sentence that names the field")
  func missing() throws {
    var test = TestBlueprint()
    test.dropped = ["robot_state.joint_velocity"]
    let cluster = try TestCluster(test)
    let worker = cluster.finishWorker(0)
    #expect(worker.status == 1)
    #expect(worker.error.contains("controller 0 could not be built"))
    #expect(worker.error.contains("needs the field robot_state.joint_velocity"))

    test.dropped = ["rhc_commands.joint_position"]
    let simulator = try TestCluster(test).simulate()
    #expect(simulator.status == 1)
    #expect(simulator.error.contains("needs the field rhc_commands.joint_position"))
  }

  @Test("parameters that a program does not know are refused with those that it knows")
  func unknownParameters() throws {
    var test = TestBlueprint()
    test.controllerParameters = ["weights": ["qq": 1]]
    let worker = try TestCluster(test).finishWorker(0)
    #expect(worker.status == 1)
    #expect(worker.error.contains("controllers.parameters.weights has no 'qq'; known are q, v, a"))

    test.controllerParameters = .null
    test.simulatorParameters = ["stiffness": ["hip_l": 1e9]]
    let unstable = try TestCluster(test).simulate()
    #expect(unstable.status == 1)
    #expect(unstable.error.contains("joint 'hip_l'") && unstable.error.contains("unstable"))
  }

  @Test("a run that ends too far from home ends with status 3")
  func tolerance() throws {
    var test = TestBlueprint()
    test.steps = 2
    test.simulatorParameters = ["perturbation": 0.2, "tolerance": 1e-4]
    let run = try TestCluster(test).simulate()
    #expect(run.status == 3)
    #expect(run.output.contains("beyond the tolerance of 0.000100"))
  }

  @Test("fail_at makes one controller fail in one step; the others go on, and its robot holds the last command")
  func failAt() throws {
    var test = TestBlueprint()
    test.steps = 20
    test.controllerParameters = ["fail_at": ["controller": 1, "step": 5]]
    test.simulatorParameters = ["report": "json"]
    let cluster = try TestCluster(test)
    let report = try JSONValue(parsing: cluster.simulate().output)
    #expect(report[path: "solves.failed"]?.int == 1)
    #expect(report["steps"]?.int == 20)
    let failed = cluster.segment.slotSnapshot(1)
    #expect(failed.state == .failed)
    #expect(failed.solves == 5)
    #expect(failed.message == "fail_at asks controller 1 to fail at step 5")
    #expect(cluster.segment.slotSnapshot(0).solves == 20)
    let command = try cluster.values("rhc_commands", "joint_position")
    let position = try cluster.values("robot_state", "joint_position")
    for joint in 0..<4 { #expect(abs(command[1][joint] - position[1][joint]) < 0.05) }
  }

  @Test("delay makes one controller late, and the run goes on without it")
  func delay() throws {
    var test = TestBlueprint()
    test.perProcess = 1
    test.steps = 20
    test.solveTimeout = 0.1
    test.controllerParameters = ["delay": ["controller": 0, "step": 3, "seconds": 0.6]]
    let cluster = try TestCluster(test)
    let run = try cluster.simulate([("CCLUSTER_REPORT", "json")])
    #expect(run.status == 0)
    #expect(try JSONValue(parsing: run.output)[path: "solves.late"]?.int == 1)
    #expect(cluster.segment.slotSnapshot(1).solves == 20)
  }

  @Test("a measured state that is not finite fails the solve, and the message names the joint")
  func notFinite() throws {
    let cluster = try TestCluster()
    defer { cluster.stop() }
    try cluster.waitUntilActive()
    let client = try ControlClusterClient(attachingTo: cluster.segment.name)
    try client.columns("robot_state", "joint_velocity", as: Float.self)[1, 2] = .nan
    let step = try client.solve()
    #expect(step.solved == 1 && step.failed == 1)
    #expect(client.failureMessage(of: 1) == "measured velocity of 'hip_r' is nan")
    try client.columns("robot_state", "joint_velocity", as: Float.self)[1, 2] = 0
    try client.reset([1])
    #expect(try client.solve().solved == 2)
  }

  @Test("references are followed, and contacts that shall not touch carry nothing")
  func references() throws {
    let cluster = try TestCluster()
    defer { cluster.stop() }
    try cluster.waitUntilActive()
    let client = try ControlClusterClient(attachingTo: cluster.segment.name)
    let q = try client.columns("robot_state", "joint_position", as: Float.self)
    let v = try client.columns("robot_state", "joint_velocity", as: Float.self)
    let command = try client.columns("rhc_commands", "joint_position", as: Float.self)
    let commandVelocity = try client.columns("rhc_commands", "joint_velocity", as: Float.self)
    try client.columns("rhc_references", "joint_position", as: Float.self)[0, 1] = 1.2
    try client.columns("rhc_references", "contact", as: UInt8.self)[0, 0] = 0
    for _ in 0..<300 {
      #expect(try client.solve().allSolved)
      for row in 0..<2 {
        for joint in 0..<4 {
          q[row, joint] = command[row, joint]
          v[row, joint] = commandVelocity[row, joint]
        }
      }
    }
    #expect(abs(q[0, 1] - 1.2) < 1e-3)
    #expect(abs(q[1, 1] - 0.6) < 1e-3)
    let force = try cluster.values("rhc_commands", "contact_force")
    #expect(force[0] == [0, 0, 0, 0, 0, Double(Float(12 * 9.81))])
    #expect(force[1][2] == force[1][5])
  }

  @Test("a worker that is killed in the middle of a run is counted, and the run goes on to its end")
  func killed() throws {
    var test = TestBlueprint()
    test.perProcess = 1
    test.steps = 0
    test.realtime = true
    test.controllerParameters = ["delay": ["controller": 0, "step": 5, "seconds": 30]]
    let cluster = try TestCluster(test)
    try cluster.waitUntilActive()
    let simulator = try cluster.startSimulator([("CCLUSTER_REPORT", "json")])
    // Controller 1 has solved step 5 too, and controller 0 is asleep in it: its death ends the step.
    try cluster.waitUntil(controller: 1, hasSolved: 6)
    cluster.workers[0].signal(SIGKILL)
    try cluster.waitUntil(controller: 1, hasSolved: 12)
    simulator.signal(SIGTERM)
    let run = simulator.finish()
    #expect(run.status == 0)
    let report = try JSONValue(parsing: run.output)
    #expect(report[path: "solves.died"]?.int == 1)
    #expect(try #require(report["steps"]?.int) >= 11)
  }

  @Test("a paced run takes as long as it simulates")
  func realtime() throws {
    var test = TestBlueprint()
    test.realtime = true
    test.steps = 25
    test.simulatorParameters = ["report": "json"]
    let report = try JSONValue(parsing: TestCluster(test).simulate().output)
    #expect(try #require(report["wall_time"]?.number) >= 0.499)
    #expect(try #require(report["real_time_factor"]?.number) <= 1.002)
  }

  @Test("an unbounded run ends when the cluster stops, with its report")
  func stopping() throws {
    var test = TestBlueprint()
    test.steps = 0
    let cluster = try TestCluster(test)
    try cluster.waitUntilActive()
    let simulator = try cluster.startSimulator()
    try cluster.waitUntil(controller: 0, hasSolved: 10)
    try cluster.askToStop()
    let run = simulator.finish()
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("real-time factor"))
    #expect(cluster.finishWorker(0).status == 0)
  }
}
