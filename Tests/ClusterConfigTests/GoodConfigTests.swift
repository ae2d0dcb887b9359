import BuiltInPrograms
import ClusterConfig
import Testing

@Suite struct GoodConfigTests {
  @Test("everything has a default but the name, the joints and the number of controllers") func defaults() throws {
    let config = try Good.load(Good.smallest).config
    #expect(config.name == "demo")
    #expect(config.robot.name == "demo")
    #expect(config.robot.base == .floating)
    #expect(config.robot.joints == ["hip", "thigh", "calf"])
    #expect(config.robot.contacts == [])
    #expect(config.robot.mass == 0)
    #expect(config.robot.urdf == nil)
    #expect(config.robot.homing == [0, 0, 0])
    #expect(config.robot.limits.allSatisfy { $0.lower == nil && $0.upper == nil && $0.velocity == nil })
    #expect(config.timing.simulationDt == 0.002)
    #expect(config.timing.clusterDt == 0.02)
    #expect(config.timing.stepsPerCluster == 10)
    #expect(config.horizon.nodes == 31)
    #expect(config.horizon.dt == 0.04)
    #expect(config.controllers.count == 2)
    #expect(config.controllers.perProcess == 1)
    #expect(config.controllers.program == .builtIn("reference"))
    #expect(config.controllers.placement.cores == .all)
    #expect(config.controllers.restart.policy == .onFailure)
    #expect(config.controllers.restart.limit == 5)
    #expect(config.controllers.restart.window == 60)
    #expect(config.controllers.restart.backoff == 0.1)
    #expect(config.controllers.joints == config.robot.joints)
    #expect(config.controllers.activate)
    #expect(config.controllers.onFailure == .hold)
    #expect(config.controllers.startupTimeout == 180)
    #expect(config.controllers.solveTimeout == 60)
    #expect(config.controllers.liveness == .init(timeout: 10, action: .report))
    #expect(config.controllers.after == [] && config.simulator.after == [] && config.processes == [])
    #expect(config.simulator.program == .builtIn("stub"))
    #expect(config.simulator.steps == 1000)
    #expect(config.dimensions.map(\.name) == ["joints", "contacts", "nodes", "controllers"])
    #expect(config.dimensions.map(\.value) == [3, 0, 31, 2])
    #expect(config.buffers == [])
    #expect(config.archive == [])
    #expect(config.logs == .init(size: 10_000_000, keep: 3) && config.runs == .init(keep: 50, age: 2_592_000))
    #expect(config.record == nil && config.hosts == nil)
  }

  @Test("every key of the schema is read") func everything() throws {
    try Files.withTemporaryDirectory { directory in
      Files.write(Good.everything.utf8, to: directory + "/cluster.yaml")
      let resolved = try ClusterConfig.load(path: directory + "/cluster.yaml")
      let config = resolved.config
      #expect(resolved.warnings == [])
      #expect(resolved.files == [directory + "/cluster.yaml"])
      #expect(config.name == "go2-left.1")
      #expect(config.robot.version == "1.0")
      #expect(config.robot.joints == ["FL_hip_joint", "FL_thigh_joint", "3", "no"])
      #expect(config.robot.urdf == directory + "/models/go2.urdf")
      #expect(config.robot.srdf == "/opt/robots/go2.srdf")
      #expect(config.robot.limits[0].lower == -1.05)
      #expect(config.robot.limits[0].effort == 23.7)
      #expect(config.robot.limits[1].lower == 0.5)
      #expect(config.robot.limits[1].upper == nil)
      #expect(config.robot.limits[2].effort == 0.001)
      #expect(config.robot.homing == [0, 0.9, 0, -16])
      let list = ConfigValue.sequence([
        .integer(1), .number(2), .bool(true), .null, .mapping([.init(key: "deep", value: .sequence([.string("a")]))]),
      ])
      #expect(
        config.robot.parameters
          == .mapping([
            .init(key: "colour", value: .string("grey: light")), .init(key: "id", value: .integer(31)),
            .init(key: "list", value: list), .init(key: "empty", value: .mapping([])),
          ]))
      #expect(
        config.controllers.program
          == .command(
            arguments: [directory + "/my-mpc", "--fast", ""], environment: config.environment,
            directory: directory + "/run"))
      #expect(config.environment.map(\.name) == ["OMP_NUM_THREADS", "ON", "QUOTED TEXT"])
      #expect(config.environment.map(\.value) == ["2", "no", "a\tb"])
      #expect(config.controllers.placement.cores == .list([2, 3, 4, 5, 6, 7]))
      #expect(config.controllers.scheduling.priority == 20)
      #expect(config.controllers.restart.window == 120)
      #expect(config.controllers.startupTimeout == 0.1)
      #expect(config.controllers.solveTimeout == 3600)
      #expect(config.controllers.joints == ["no", "FL_hip_joint"])
      #expect(config.simulator.program == .command(arguments: ["sim"], environment: [], directory: nil))
      #expect(config.controllers.liveness == .init(timeout: 30, action: .restart))
      #expect(config.controllers.after == ["loader", "server"] && config.simulator.after == ["loader"])
      #expect(config.processes.map(\.name) == ["loader", "Logger_2-b"])
      let loader = config.processes[0]
      guard case .command(let command, let environment, directory + "/run") = loader.program else {
        Issue.record("\(loader.program)")
        return
      }
      #expect(command == [directory + "/load.sh", "--all"])
      #expect(environment.map { "\($0.name)=\($0.value)" } == ["CACHE=/tmp"])
      #expect(loader.ready == .exited && loader.startupTimeout == 300 && !loader.required)
      #expect(loader.restart.policy == .onFailure && loader.restart.limit == 2)
      #expect(loader.restart.window == 60 && loader.restart.backoff == 1)
      #expect(loader.placement == .init(cores: .list([1]), policy: .pin))
      #expect(loader.scheduling == .init(policy: .batch, nice: 5))
      #expect(config.processes[1].after == ["loader", "simulator", "controllers"])
      #expect(config.processes[1].ready == .registered && config.processes[1].on == .all)
      #expect(
        config.hosts
          == .init(
            list: [
              .init(name: "head"), .init(name: "node-7.lab", slots: 8, weight: 1.5), .init(name: "10.0.0.3", slots: 4),
            ], lost: .continue, timeout: 4, latestRate: 12.5, mpirun: ["--mca", "btl", "tcp,self"]))
      #expect(config.dimensions.suffix(2).map(\.name) == ["aux", "task"])
      #expect(config.dimensions.suffix(2).map(\.value) == [14, 6])
      #expect(config.archive.first == directory + "/src")
      #expect(config.archive.last == "/tmp/models")
      #expect(config.logs == .init(size: 65536, keep: 0) && config.runs == .init(keep: 7, age: 172_800))
      #expect(
        config.record
          == .init(
            buffers: ["policy"], rate: .frequency(12.5), robots: .list([1]), output: "/tmp/run.mcap",
            placement: .init(cores: .list([1])), scheduling: .init(policy: .rr, priority: 3)))
      #expect(config.buffers.map(\.name) == ["robot_state", "policy"])
      let fields = Dictionary(uniqueKeysWithValues: config.buffers.flatMap(\.fields).map { ($0.name, $0) })
      #expect(fields["root_orientation"]?.initial == .list([1, 0, 0, 0]))
      #expect(fields["joint_position"]?.initial == .homing)
      #expect(fields["joint_position"]?.columns == config.robot.joints)
      #expect(fields["contact_force"]?.shape == [3, 3])
      #expect(fields["contact_force"]?.columnsAxis == 0)
      #expect(fields["flags"]?.shape == [4])
      #expect(fields["flags"]?.initial == .scalar(1))
      #expect(fields["empty"]?.shape == [0, 20])
      #expect(fields["empty"]?.dtype == .f32)
      #expect(fields["gains"]?.columns == ["kp", "kd"])
      #expect(config.buffers[1].sync == .latest)
    }
  }

  @Test("a word is enough to have a run record itself, and it can be taken back")
  func recordWord() throws {
    let recorded = try Good.load(Good.smallest, overrides: ["record=true"]).config
    #expect(recorded.record == .init())
    for word in ["false", "null"] {
      #expect(try Good.load(Good.smallest + "\nrecord: {every: 3}", overrides: ["record=\(word)"]).config.record == nil)
    }
    for (text, robots) in [("all", RecordingOptions.Robots.all), ("none", .list([])), ("first", .first(16))] {
      #expect(try Good.load(Good.smallest + "\nrecord: {ros2: \(text)}").config.record?.robots == robots)
    }
  }

  @Test("the recorder is asked for what was asked for")
  func recorderArguments() {
    var options = RecordingOptions(cluster: "go2", output: "/tmp/a=b, c.mcap")
    #expect(options.arguments == ["cluster=go2", "output=/tmp/a=b, c.mcap"])
    #expect(RecordingOptions(arguments: options.arguments) == options)
    options.buffers = ["a", "b"]
    (options.replaces, options.printsJSON, options.isLaunched) = (true, true, true)
    (options.duration, options.steps, options.runDirectory) = (0.25, 3, "/run")
    for rate in [RecordingOptions.Rate.every(7), .frequency(0.1)] {
      for robots in [RecordingOptions.Robots.first(3), .all, .list([]), .list([0, 2])] {
        (options.rate, options.robots) = (rate, robots)
        #expect(RecordingOptions(arguments: options.arguments) == options)
      }
    }
    for broken in ["every=0", "hz=0", "robots=0,x", "first=-1", "other=1", "every"] {
      #expect(RecordingOptions(arguments: ["cluster=a", "output=b", broken]) == nil)
    }
    #expect(RecordingOptions(arguments: ["cluster=a"]) == nil && RecordingOptions(arguments: ["output=a"]) == nil)
  }

  @Test("a process is required when another one waits for it, unless it says so itself") func required() throws {
    let config = try Good.load(
      Good.smallest + """

        simulator: {after: [policy]}
        processes:
          loader: {command: [load], ready: exited}
          policy: {command: [serve], after: [loader]}
          logger: {command: [log], after: [policy]}
          optional: {command: [x], required: false}
          vital: {command: [x], required: true}
          last: {command: [x], after: [optional]}
        """
    ).config
    #expect(config.processes.filter(\.required).map(\.name) == ["loader", "policy", "vital"])
    #expect(config.processes.allSatisfy { $0.restart.policy == .never && $0.startupTimeout == 180 })
    #expect(config.processes.map(\.ready) == [.exited, .started, .started, .started, .started, .started])
  }

  @Test("the standard buffers suit a robot with contacts and one without") func presets() throws {
    let preset = Files.package + "/configs/presets/rhc.yaml"
    for contacts in ["[a, b, c, d]", "[]"] {
      let config = try Good.load(
        """
        name: demo
        extends: \(preset)
        robot: {joints: [hip, calf], contacts: \(contacts)}
        controllers: {count: 2}
        """
      ).config
      #expect(
        config.buffers.map(\.name) == [
          "robot_state", "rhc_commands", "rhc_prediction", "rhc_references", "rhc_status", "profiling",
        ])
    }
    let all = try Good.load(
      Good.smallest + "\nextends: \(preset)", overrides: ["buffers.rhc_internal.enabled=true", "buffers.profiling="])
    #expect(all.config.buffers.map(\.name).suffix(2) == ["rhc_status", "rhc_internal"])
  }

  @Test("the simulator may be named in short, with its command beside, or with a program") func simulatorForms() throws
  {
    func program(_ text: String) throws -> ClusterConfig.Program {
      try Good.load(Good.smallest + "\nsimulator: " + text).config.simulator.program
    }
    #expect(try program("external") == .external)
    #expect(try program("{program: external, steps: 3}") == .external)
    #expect(try program("{program: stub}") == .builtIn("stub"))
    let command = ClusterConfig.Program.command(arguments: ["sim", "-x"], environment: [], directory: nil)
    #expect(try program("{command: [sim, -x]}") == command)
    #expect(try program("{program: {command: [sim, -x]}}") == command)
  }

  @Test(
    "time steps in decimals are recognised as multiples",
    arguments: [
      ("0.002", "0.02", 10), ("0.0005", "0.05", 100), ("0.001", "0.033", 33), ("0.004", "0.004", 1),
      ("1e-3", "1", 1000),
      ("0.1", "0.7", 7), ("0.003", "0.021", 7), ("1", "86400", 86400),
    ])
  func multiples(simulation: String, cluster: String, steps: Int) throws {
    let config = try Good.load(
      Good.smallest,
      overrides: ["timing.simulation_dt=\(simulation)", "timing.cluster_dt=\(cluster)", "horizon.dt=\(cluster)"]
    ).config
    #expect(config.timing.stepsPerCluster == steps)
  }

  @Test("a byte order mark and Windows line ends are no part of the text") func windowsFiles() throws {
    let text = "\u{FEFF}" + Good.smallest.replacing("\n", with: "\r\n")
    #expect(try Good.load(text).config == Good.load(Good.smallest).config)
  }

  @Test("a config without buffers is warned of") func noBuffers() throws {
    #expect(try Good.load(Good.smallest).warnings.map(\.id) == [.noBuffers])
  }
}

extension ClusterConfig {
  fileprivate var environment: [EnvironmentVariable] {
    if case .command(_, let environment, _) = controllers.program { environment } else { [] }
  }
}
