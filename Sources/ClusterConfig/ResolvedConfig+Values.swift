extension ResolvedConfig {
  /// The whole config with every default filled in: everything in the order of the schema, the user's names in that of
  /// the files.
  public var values: [ResolvedValue.Entry] { ResolvedValue.Builder.build(write) }

  private func write(to writer: inout ResolvedValue.Builder) {
    writer.value("ccluster", .integer(SchemaVersion.current), root["ccluster"])
    writer.value("name", .string(config.name), root["name"])
    writer.mapping("robot", root["robot"]) { write(config.robot, root["robot"], to: &$0) }
    writer.mapping("timing", root["timing"]) { writer in
      let node = root["timing"]
      writer.value("simulation_dt", .short(config.timing.simulationDt), node?["simulation_dt"])
      writer.value("cluster_dt", .short(config.timing.clusterDt), node?["cluster_dt"])
    }
    writer.mapping("horizon", root["horizon"]) { writer in
      writer.value("nodes", .integer(config.horizon.nodes), root["horizon"]?["nodes"])
      writer.value("dt", .short(config.horizon.dt), root["horizon"]?["dt"])
    }
    writer.mapping("controllers", root["controllers"]) { write(config.controllers, root["controllers"], to: &$0) }
    writer.mapping("simulator", root["simulator"]) { write(config.simulator, root["simulator"], to: &$0) }
    writer.mapping("server", root["server"]) { writer in
      write(config.server.placement, root["server"], to: &writer)
      write(config.server.scheduling, root["server"], to: &writer)
    }
    writer.mapping("processes", root["processes"]) { writer in
      let nodes = root["processes"]?.valuesByKey ?? [:]
      for process in config.processes {
        let node = nodes[process.name]
        writer.mapping(process.name, node) { write(process, node, to: &$0) }
      }
    }
    writer.mapping("dimensions", root["dimensions"]) { writer in
      let nodes = root["dimensions"]?.valuesByKey ?? [:]
      for dimension in config.dimensions.dropFirst(DimensionTable.builtIns.count) {
        let node = nodes[dimension.name]
        writer.value(dimension.name, Self.extent(node, dimension.value), node)
      }
    }
    writer.mapping("buffers", root["buffers"]) { writer in
      let nodes = root["buffers"]?.valuesByKey ?? [:]
      for buffer in config.buffers {
        let node = nodes[buffer.name]
        writer.mapping(buffer.name, node) { write(buffer, node, to: &$0) }
      }
    }
    writer.value("archive", .strings(config.archive), root["archive"])
    writer.mapping("logs", root["logs"]) { writer in
      writer.value("size", .bytes(config.logs.size), root["logs"]?["size"])
      writer.value("keep", .integer(config.logs.keep), root["logs"]?["keep"])
    }
    writer.mapping("runs", root["runs"]) { writer in
      writer.value("keep", .integer(config.runs.keep), root["runs"]?["keep"])
      writer.value("age", .seconds(config.runs.age), root["runs"]?["age"])
    }
    if let record = config.record {
      writer.mapping("record", root["record"]) { write(record, root["record"], to: &$0) }
    }
    if let hosts = config.hosts { writer.mapping("hosts", root["hosts"]) { write(hosts, root["hosts"], to: &$0) } }
  }

  private func write(_ robot: ClusterConfig.Robot, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    writer.value("name", .string(robot.name), node?["name"])
    writer.value("version", .string(robot.version), node?["version"])
    writer.value("base", .string(robot.base.rawValue), node?["base"])
    writer.value("joints", .strings(robot.joints), node?["joints"])
    writer.value("contacts", .strings(robot.contacts), node?["contacts"])
    writer.value("mass", .short(robot.mass), node?["mass"])
    if let urdf = robot.urdf { writer.value("urdf", .string(urdf), node?["urdf"]) }
    if let srdf = robot.srdf { writer.value("srdf", .string(srdf), node?["srdf"]) }
    writer.mapping("limits", node?["limits"]) { writer in
      let nodes = node?["limits"]?.valuesByKey ?? [:]
      for (joint, limits) in zip(robot.joints, robot.limits) where limits != .init() {
        let node = nodes[joint]
        writer.mapping(joint, node) { writer in
          if limits.lower != nil || limits.upper != nil {
            let bounds = [limits.lower, limits.upper].map { $0.map(ConfigValue.short) ?? .null }
            writer.value("position", .sequence(bounds), node?["position"])
          }
          if let velocity = limits.velocity { writer.value("velocity", .short(velocity), node?["velocity"]) }
          if let effort = limits.effort { writer.value("effort", .short(effort), node?["effort"]) }
        }
      }
    }
    writer.mapping("homing", node?["homing"]) { writer in
      let nodes = node?["homing"]?.valuesByKey ?? [:]
      for (joint, position) in zip(robot.joints, robot.homing) {
        writer.value(joint, .short(position), nodes[joint])
      }
    }
    writer.parameters("parameters", robot.parameters, node?["parameters"])
  }

  private func write(_ controllers: ClusterConfig.Controllers, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    writer.value("count", .integer(controllers.count), node?["count"])
    writer.value("per_process", .integer(controllers.perProcess), node?["per_process"])
    write(controllers.program, node?["program"], to: &writer)
    writer.value("threads", .integer(controllers.threads), node?["threads"])
    write(controllers.placement, node, to: &writer)
    write(controllers.scheduling, node, to: &writer)
    write(controllers.restart, node, to: &writer)
    writer.mapping("liveness", nil) { writer in
      let node = node?["liveness"]
      writer.value("timeout", .seconds(controllers.liveness.timeout), node?["timeout"])
      writer.value("action", .string(controllers.liveness.action.rawValue), node?["action"])
    }
    writer.value("after", .strings(controllers.after), node?["after"])
    writer.value("joints", .strings(controllers.joints), node?["joints"])
    writer.parameters("parameters", controllers.parameters, node?["parameters"])
    writer.value("activate", .bool(controllers.activate), node?["activate"])
    writer.value("on_failure", .string(controllers.onFailure.rawValue), node?["on_failure"])
    writer.value("startup_timeout", .seconds(controllers.startupTimeout), node?["startup_timeout"])
    writer.value("solve_timeout", .seconds(controllers.solveTimeout), node?["solve_timeout"])
  }

  private func write(_ simulator: ClusterConfig.Simulator, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    // The short forms: the name alone, and `command` without `program`.
    let isName = if case .scalar = node?.content { true } else { false }
    write(simulator.program, isName || node?["command"] != nil ? node : node?["program"], to: &writer)
    writer.value("steps", .integer(simulator.steps), node?["steps"])
    writer.value("realtime", .bool(simulator.realtime), node?["realtime"])
    writer.parameters("parameters", simulator.parameters, node?["parameters"])
    writer.value("after", .strings(simulator.after), node?["after"])
    write(simulator.placement, node, to: &writer)
    write(simulator.scheduling, node, to: &writer)
  }

  private func write(_ buffer: ClusterConfig.Buffer, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    writer.value("enabled", .bool(true), node?["enabled"])
    writer.value("writer", .string(buffer.writer.rawValue), node?["writer"])
    writer.value("per", .string(buffer.per.rawValue), node?["per"])
    writer.value("sync", .string(buffer.sync.rawValue), node?["sync"])
    writer.value("align", .integer(buffer.align), node?["align"])
    writer.mapping("fields", node?["fields"]) { writer in
      let nodes = node?["fields"]?.valuesByKey ?? [:]
      for field in buffer.fields {
        let node = nodes[field.name]
        writer.mapping(field.name, node) { write(field, node, to: &$0) }
      }
    }
  }

  private func write(_ field: ClusterConfig.Field, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    let shape = if case .sequence = node?.content { node } else { node?["shape"] }
    var extents = field.shape.map { ConfigValue.integer($0) }
    if case .sequence(let items) = shape?.content { extents = zip(items, field.shape).map { Self.extent($0, $1) } }
    writer.value("shape", .sequence(extents), shape)
    writer.value("dtype", .string(field.dtype.rawValue), node?["dtype"])
    writer.value("unit", .string(field.unit), node?["unit"])
    writer.value("convention", .string(field.convention), node?["convention"])
    writer.value("frame", .string(field.frame), node?["frame"])
    let columns = node?["columns"]
    if case .scalar(let list) = columns?.content {
      writer.value("columns", .string(list.text), columns)
    } else {
      writer.value("columns", .strings(field.columns), columns)
    }
    let initial: ConfigValue =
      switch field.initial {
      case .homing: .string("homing")
      case .scalar(let number): .short(number)
      case .list(let numbers): .sequence(numbers.map(ConfigValue.short))
      }
    writer.value("initial", initial, node?["initial"])
  }

  /// The expression as it was written: it says more than its value, and follows a change of the robot.
  private static func extent(_ node: Node?, _ value: Int) -> ConfigValue {
    guard case .scalar(let scalar) = node?.content else { return .integer(value) }
    if case .integer = scalar.value { return .integer(value) }
    return .string(scalar.text)
  }
}
