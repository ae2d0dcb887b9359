import BuiltInPrograms
import ControlCluster

@testable import ClusterConfig
@testable import ClusterPlan

// A change of every property that a config has.
extension PlanDiffTests {
  static let positions = "buffers.robot_state.fields.joint_position"
  static let forces = "buffers.robot_state.fields.contact_force"

  static let changes: [OneChange] = [
    OneChange("name", .topology, "hopper", "skipper") { $0.name = "skipper" },
    OneChange("robot.name", .cosmetic, "hopper", "skipper") { $0.robot.name = "skipper" },
    OneChange("robot.version", .cosmetic, "1.0.0", "1.0.1") { $0.robot.version = "1.0.1" },
    OneChange("robot.base", .behaviour, "floating", "fixed") { $0.robot.base = .fixed },
    OneChange("robot.joints", .layout, "[hip, knee]", "[knee, hip]", attaches: false) { $0.reorderJoints() },
    OneChange("robot.joints", .layout, "[hip, knee]", "[hip, shin]", attaches: false) { $0.renameJoint("shin") },
    OneChange("robot.contacts", .layout, "[foot]", "[toe]", attaches: false) { $0.renameContact("toe") },
    OneChange("robot.mass", .behaviour, "3.5", "3.500000000001") { $0.robot.mass = 3.500000000001 },
    OneChange("robot.urdf", .behaviour, "/robots/hopper.urdf", nil) { $0.robot.urdf = nil },
    OneChange("robot.srdf", .behaviour, nil, "/a.srdf") { $0.robot.srdf = "/a.srdf" },
    OneChange("robot.limits.lower", .behaviour, "robot.limits.hip.position", "[-1, 1.5]", "[-2, 1.5]") {
      $0.robot.limits[0].lower = -2
    },
    OneChange("robot.limits.upper", .behaviour, "robot.limits.knee.position", "unlimited", "[unlimited, 1]") {
      $0.robot.limits[1].upper = 1
    },
    OneChange("robot.limits.velocity", .behaviour, "robot.limits.hip.velocity", "20", "25") {
      $0.robot.limits[0].velocity = 25
    },
    OneChange("robot.limits.effort", .behaviour, "robot.limits.hip.effort", "10", "unlimited") {
      $0.robot.limits[0].effort = nil
    },
    OneChange("robot.homing", .behaviour, "robot.homing.knee", "-0.5", "0") { $0.robot.homing[1] = 0 },
    OneChange("robot.parameters", .behaviour, "robot.parameters.\"a.b\"", nil, "1") {
      $0.robot.parameters = .mapping([.init(key: "a.b", value: .integer(1))])
    },
    OneChange("timing.simulationDt", .behaviour, "timing.simulation_dt", "0.002", "0.001") {
      $0.timing.simulationDt = 0.001
    },
    OneChange("timing.clusterDt", .behaviour, "timing.cluster_dt", "0.02", "0.04") { $0.timing.clusterDt = 0.04 },
    OneChange("horizon.nodes", .behaviour, "31", "61") { $0.horizon.nodes = 61 },
    OneChange("horizon.dt", .behaviour, "0.04", "0.02") { $0.horizon.dt = 0.02 },
    OneChange("controllers.count", .topology, "3", "4") { $0.controllers.count = 4 },
    OneChange("controllers.perProcess", .topology, "controllers.per_process", "1", "2") {
      $0.controllers.perProcess = 2
    },
    OneChange("controllers.program", .topology, "/bin/mpc --fast", "reference") {
      $0.controllers.program = .builtIn("reference")
    },
    OneChange("controllers.program.arguments", .topology, "controllers.program.command", "/bin/mpc --fast", "/bin/mpc")
    {
      $0.controllers.program = .command(
        arguments: ["/bin/mpc"], environment: [.init(name: "MODE", value: "a")], directory: "/tmp")
    },
    OneChange("controllers.program.environment", .topology, "controllers.program.environment.MODE", "a", "b") {
      $0.controllers.program = .command(
        arguments: ["/bin/mpc", "--fast"], environment: [.init(name: "MODE", value: "b")], directory: "/tmp")
    },
    OneChange("controllers.program.directory", .topology, "/tmp", nil) {
      $0.controllers.program = .command(
        arguments: ["/bin/mpc", "--fast"], environment: [.init(name: "MODE", value: "a")], directory: nil)
    },
    OneChange("controllers.threads", .topology, "2", "1") { $0.controllers.threads = 1 },
    OneChange("controllers.placement.cores", .topology, "all", "[2, 3]") {
      $0.controllers.placement.cores = .list([2, 3])
    },
    OneChange("controllers.placement.policy", .topology, "spread", "pin") { $0.controllers.placement.policy = .pin },
    OneChange("controllers.scheduling.policy", .topology, "other", "fifo") {
      $0.controllers.scheduling.policy = .fifo
    },
    OneChange("controllers.scheduling.priority", .topology, "0", "9") { $0.controllers.scheduling.priority = 9 },
    OneChange("controllers.scheduling.nice", .topology, "0", "-5") { $0.controllers.scheduling.nice = -5 },
    OneChange("controllers.restart.policy", .behaviour, "on-failure", "never") {
      $0.controllers.restart.policy = .never
    },
    OneChange("controllers.restart.limit", .behaviour, "5", "1") { $0.controllers.restart.limit = 1 },
    OneChange("controllers.restart.window", .behaviour, "60", "30") { $0.controllers.restart.window = 30 },
    OneChange("controllers.restart.backoff", .behaviour, "0.1", "0") { $0.controllers.restart.backoff = 0 },
    OneChange("controllers.liveness.timeout", .behaviour, "10", "1") { $0.controllers.liveness.timeout = 1 },
    OneChange("controllers.liveness.action", .behaviour, "report", "restart") {
      $0.controllers.liveness.action = .restart
    },
    OneChange("controllers.after", .topology, "[]", "[loader]") { $0.controllers.after = ["loader"] },
    OneChange("controllers.joints", .layout, "[hip, knee]", "[knee, hip]", attaches: false) {
      $0.controllers.joints = ["knee", "hip"]
    },
    OneChange(
      "controllers.parameters", .behaviour, "controllers.parameters.weights", "[1,0.5,true]", "null"
    ) { $0.controllers.parameters = .mapping([.init(key: "weights", value: .null)]) },
    OneChange("controllers.activate", .behaviour, "true", "false") { $0.controllers.activate = false },
    OneChange("controllers.onFailure", .behaviour, "controllers.on_failure", "hold", "stop") {
      $0.controllers.onFailure = .stop
    },
    OneChange("controllers.startupTimeout", .behaviour, "controllers.startup_timeout", "180", "60") {
      $0.controllers.startupTimeout = 60
    },
    OneChange("controllers.solveTimeout", .behaviour, "controllers.solve_timeout", "60", "0.5") {
      $0.controllers.solveTimeout = 0.5
    },
    OneChange("simulator.program", .topology, "stub", "external") { $0.simulator.program = .external },
    OneChange("simulator.steps", .behaviour, "1000", "0") { $0.simulator.steps = 0 },
    OneChange("simulator.realtime", .behaviour, "false", "true") { $0.simulator.realtime = true },
    OneChange("simulator.parameters", .behaviour, "simulator.parameters.gains", nil, "{\"kp\":2.5}") {
      $0.simulator.parameters = .mapping([
        .init(key: "gains", value: .mapping([.init(key: "kp", value: .number(2.5))]))
      ])
    },
    OneChange("simulator.after", .topology, "[]", "[loader]") { $0.simulator.after = ["loader"] },
    OneChange("simulator.placement.cores", .topology, "all", "[2, 3]") {
      $0.simulator.placement.cores = .list([2, 3])
    },
    OneChange("simulator.placement.policy", .topology, "spread", "pin") { $0.simulator.placement.policy = .pin },
    OneChange("simulator.scheduling.policy", .topology, "other", "fifo") { $0.simulator.scheduling.policy = .fifo },
    OneChange("simulator.scheduling.priority", .topology, "0", "9") { $0.simulator.scheduling.priority = 9 },
    OneChange("simulator.scheduling.nice", .topology, "0", "-5") { $0.simulator.scheduling.nice = -5 },
    OneChange("server.placement.cores", .topology, "all", "[2, 3]") { $0.server.placement.cores = .list([2, 3]) },
    OneChange("server.placement.policy", .topology, "spread", "pin") { $0.server.placement.policy = .pin },
    OneChange("server.scheduling.policy", .topology, "other", "fifo") { $0.server.scheduling.policy = .fifo },
    OneChange("server.scheduling.priority", .topology, "0", "9") { $0.server.scheduling.priority = 9 },
    OneChange("server.scheduling.nice", .topology, "0", "-5") { $0.server.scheduling.nice = -5 },
    OneChange("processes.name", .topology, "processes.loader", "/bin/loader", nil) { $0.processes = [] },
    OneChange("processes.name", .topology, "processes.logger", nil, "/bin/logger") {
      $0.processes.append(.make("logger"))
    },
    OneChange("processes.program", .topology, "processes.loader.program.command", "/bin/loader", "/bin/load") {
      $0.processes[0].program = .command(arguments: ["/bin/load"], environment: [], directory: nil)
    },
    OneChange("processes.after", .topology, "processes.loader.after", "[]", "[controllers]") {
      $0.processes[0].after = ["controllers"]
    },
    OneChange("processes.ready", .topology, "processes.loader.ready", "exited", "registered") {
      $0.processes[0].ready = .registered
    },
    OneChange("processes.startupTimeout", .behaviour, "processes.loader.startup_timeout", "30", "60") {
      $0.processes[0].startupTimeout = 60
    },
    OneChange("processes.required", .behaviour, "processes.loader.required", "true", "false") {
      $0.processes[0].required = false
    },
    OneChange("processes.restart.policy", .behaviour, "processes.loader.restart.policy", "never", "always") {
      $0.processes[0].restart.policy = .always
    },
    OneChange("processes.restart.limit", .behaviour, "processes.loader.restart.limit", "5", "1") {
      $0.processes[0].restart.limit = 1
    },
    OneChange("processes.restart.window", .behaviour, "processes.loader.restart.window", "60", "1") {
      $0.processes[0].restart.window = 1
    },
    OneChange("processes.restart.backoff", .behaviour, "processes.loader.restart.backoff", "0.1", "1") {
      $0.processes[0].restart.backoff = 1
    },
    OneChange("processes.placement.cores", .topology, "processes.loader.placement.cores", "all", "[2, 3]") {
      $0.processes[0].placement.cores = .list([2, 3])
    },
    OneChange("processes.placement.policy", .topology, "processes.loader.placement.policy", "spread", "pin") {
      $0.processes[0].placement.policy = .pin
    },
    OneChange("processes.scheduling.policy", .topology, "processes.loader.scheduling.policy", "other", "fifo") {
      $0.processes[0].scheduling.policy = .fifo
    },
    OneChange("processes.scheduling.priority", .topology, "processes.loader.scheduling.priority", "0", "9") {
      $0.processes[0].scheduling.priority = 9
    },
    OneChange("processes.scheduling.nice", .topology, "processes.loader.scheduling.nice", "0", "-5") {
      $0.processes[0].scheduling.nice = -5
    },
    OneChange("processes.on", .topology, "processes.loader.on", "head", "all") { $0.processes[0].on = .all },
    OneChange("dimensions.name", .cosmetic, "dimensions.task", "6", nil) { $0.dimensions.removeLast() },
    OneChange("dimensions.value", .cosmetic, "dimensions.task", "6", "7") { $0.dimensions[4].value = 7 },
    OneChange("buffers.name", .layout, "buffers.wind", "1 field written by the simulator", nil, attaches: false) {
      $0.buffers.remove(at: 2)
    },
    OneChange("buffers.name", .layout, "buffers.extra", nil, "0 fields written by the simulator") {
      $0.buffers.append(.make("extra"))
    },
    OneChange(
      "buffers.name", .layout, "buffers", "[robot_state, commands, wind, …]", "[commands, robot_state, wind, …]"
    ) { $0.buffers.swapAt(0, 1) },
    OneChange("buffers.writer", .layout, "buffers.wind.writer", "simulator", "tool", attaches: false) {
      $0.buffers[2].writer = .tool
    },
    OneChange("buffers.per", .layout, "buffers.wind.per", "cluster", "controller", attaches: false) {
      $0.buffers[2].per = .controller
    },
    OneChange("buffers.sync", .layout, "buffers.status.sync", "latest", "step", attaches: false) {
      $0.buffers[3].sync = .step
    },
    OneChange("buffers.align", .layout, "buffers.commands.align", "4", "64") { $0.buffers[1].align = 64 },
    OneChange("buffers.fields.name", .layout, "buffers.wind.fields.velocity", "f64 [3] m/s", nil, attaches: false) {
      $0.buffers[2].fields = []
    },
    OneChange("buffers.fields.name", .layout, "buffers.robot_state.fields.height", nil, "f32 [1] m") {
      $0.buffers[0].fields.insert(.make("height", [1], unit: "m"), at: 0)
    },
    OneChange(
      "buffers.fields.name", .layout, "buffers.status.fields", "[ok, cost]", "[cost, ok]"
    ) { $0.buffers[3].fields.swapAt(0, 1) },
    OneChange("buffers.fields.dtype", .layout, positions + ".dtype", "f32", "f64", attaches: false) {
      $0.buffers[0].fields[1].dtype = .f64
    },
    OneChange("buffers.fields.shape", .layout, forces + ".shape", "[1, 3]", "[1, 6]", attaches: false) {
      $0.buffers[0].fields[2].shape = [1, 6]
    },
    OneChange("buffers.fields.unit", .layout, positions + ".unit", "rad", "deg", attaches: false) {
      $0.buffers[0].fields[1].unit = "deg"
    },
    OneChange(
      "buffers.fields.convention", .layout,
      "buffers.robot_state.fields.root_orientation.convention", "wxyz", "xyzw", attaches: false
    ) { $0.buffers[0].fields[0].convention = "xyzw" },
    OneChange("buffers.fields.frame", .layout, forces + ".frame", "none", "world") {
      $0.buffers[0].fields[2].frame = "world"
    },
    OneChange("buffers.fields.columns", .layout, positions + ".columns", "[hip, knee]", "[knee, hip]", attaches: false)
    {
      $0.buffers[0].fields[1].columns = ["knee", "hip"]
    },
    OneChange(
      "buffers.fields.columnsAxis", .layout, forces + ".columns", "along axis 0", "along axis 1", attaches: false
    ) {
      $0.buffers[0].fields[2].columnsAxis = 1
    },
    OneChange("buffers.fields.initial", .behaviour, positions + ".initial", "homing", "0") {
      $0.buffers[0].fields[1].initial = .scalar(0)
    },
    OneChange("archive", .cosmetic, "[]", "[/notes.txt]") { $0.archive = ["/notes.txt"] },
    OneChange("logs.size", .behaviour, "10000000", "1000") { $0.logs.size = 1000 },
    OneChange("logs.keep", .behaviour, "3", "0") { $0.logs.keep = 0 },
    OneChange("runs.keep", .behaviour, "50", "2") { $0.runs.keep = 2 },
    OneChange("runs.age", .behaviour, "2592000", "60") { $0.runs.age = 60 },
    OneChange("record", .topology, "recording.mcap", nil) { $0.record = nil },
    OneChange("record.buffers", .behaviour, "[robot_state]", "[]") { $0.record?.buffers = [] },
    OneChange("record.rate", .behaviour, "record.every", "1", "10") { $0.record?.rate = .every(10) },
    OneChange("record.robots", .behaviour, "record.ros2", "first", "all") { $0.record?.robots = .all },
    OneChange("record.output", .behaviour, "recording.mcap", "/tmp/a.mcap") { $0.record?.output = "/tmp/a.mcap" },
    OneChange("record.placement.cores", .topology, "all", "[1]") { $0.record?.placement.cores = .list([1]) },
    OneChange("record.placement.policy", .topology, "spread", "pin") { $0.record?.placement.policy = .pin },
    OneChange("record.scheduling.policy", .topology, "other", "batch") { $0.record?.scheduling.policy = .batch },
    OneChange("record.scheduling.priority", .topology, "0", "7") { $0.record?.scheduling.priority = 7 },
    OneChange("record.scheduling.nice", .topology, "0", "-3") { $0.record?.scheduling.nice = -3 },
    OneChange("hosts", .topology, "[a, b]", nil) { $0.hosts = nil },
    OneChange("hosts.list", .topology, "[a, b]", "[b, a]") { $0.hosts?.list.reverse() },
    OneChange("hosts.list.name", .topology, "hosts.list.c", nil, "1 slot") { $0.hosts?.list.append(.init(name: "c")) },
    OneChange("hosts.list.slots", .topology, "hosts.list.a.slots", "2", "8") { $0.hosts?.list[0].slots = 8 },
    OneChange("hosts.list.weight", .topology, "hosts.list.a.weight", "2", "0.5") { $0.hosts?.list[0].weight = 0.5 },
    OneChange("hosts.list.controllers", .topology, "hosts.list.b.controllers", nil, "1") {
      $0.hosts?.list[1].controllers = 1
    },
    OneChange("hosts.lost", .behaviour, "end", "continue") { $0.hosts?.lost = .continue },
    OneChange("hosts.timeout", .behaviour, "10", "3") { $0.hosts?.timeout = 3 },
    OneChange("hosts.latestRate", .behaviour, "hosts.latest_rate", "50", "5") { $0.hosts?.latestRate = 5 },
    OneChange("hosts.mpirun", .topology, "[]", "[-v]") { $0.hosts?.mpirun = ["-v"] },
  ]
}

extension ClusterConfig {
  /// As the loader would resolve the same config of another robot.
  fileprivate mutating func setJoints(_ joints: [String]) {
    let old = robot.joints
    robot.joints = joints
    controllers.joints = joints
    dimensions[0].value = joints.count
    for buffer in buffers.indices {
      for field in buffers[buffer].fields.indices where buffers[buffer].fields[field].columns == old {
        buffers[buffer].fields[field].columns = joints
        buffers[buffer].fields[field].shape = [joints.count]
      }
    }
  }

  fileprivate mutating func reorderJoints() {
    setJoints(robot.joints.reversed())
    robot.limits.reverse()
    robot.homing.reverse()
  }

  fileprivate mutating func renameJoint(_ name: String) { setJoints([robot.joints[0], name]) }

  mutating func addJoint(_ name: String) {
    setJoints(robot.joints + [name])
    robot.limits.append(JointLimits())
    robot.homing.append(0)
  }

  fileprivate mutating func renameContact(_ name: String) {
    robot.contacts = [name]
    buffers[0].fields[2].columns = [name]
  }
}
