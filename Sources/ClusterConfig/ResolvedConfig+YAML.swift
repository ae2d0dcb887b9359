extension ResolvedConfig {
  /// Everything in the order of the schema, the user's names in that of the files.
  func write(to writer: inout YAMLWriter) {
    writer.value("ccluster", String(SchemaVersion.current), root["ccluster"])
    writer.string("name", config.name, root["name"])
    writer.mapping("robot", root["robot"]) { write(config.robot, root["robot"], to: &$0) }
    writer.mapping("timing", root["timing"]) { writer in
      let node = root["timing"]
      writer.value("simulation_dt", config.timing.simulationDt.shortText, node?["simulation_dt"])
      writer.value("cluster_dt", config.timing.clusterDt.shortText, node?["cluster_dt"])
    }
    writer.mapping("horizon", root["horizon"]) { writer in
      writer.value("nodes", String(config.horizon.nodes), root["horizon"]?["nodes"])
      writer.value("dt", config.horizon.dt.shortText, root["horizon"]?["dt"])
    }
    writer.mapping("controllers", root["controllers"]) { write(config.controllers, root["controllers"], to: &$0) }
    writer.mapping("simulator", root["simulator"]) { write(config.simulator, root["simulator"], to: &$0) }
    writer.mapping("server", root["server"]) { _ in }
    writer.mapping("dimensions", root["dimensions"]) { writer in
      for dimension in config.dimensions.dropFirst(DimensionTable.builtIns.count) {
        let node = root["dimensions"]?[dimension.name]
        writer.value(dimension.name, Self.extent(node, dimension.value), node)
      }
    }
    writer.mapping("buffers", root["buffers"]) { writer in
      for buffer in config.buffers {
        let node = root["buffers"]?[buffer.name]
        writer.mapping(buffer.name, node) { write(buffer, node, to: &$0) }
      }
    }
    writer.value("archive", YAMLWriter.flow(config.archive.map(YAMLWriter.scalar)), root["archive"])
  }

  private func write(_ robot: ClusterConfig.Robot, _ node: Node?, to writer: inout YAMLWriter) {
    writer.string("name", robot.name, node?["name"])
    writer.string("version", robot.version, node?["version"])
    writer.string("base", robot.base.rawValue, node?["base"])
    writer.value("joints", YAMLWriter.flow(robot.joints.map(YAMLWriter.scalar)), node?["joints"])
    writer.value("contacts", YAMLWriter.flow(robot.contacts.map(YAMLWriter.scalar)), node?["contacts"])
    writer.value("mass", robot.mass.shortText, node?["mass"])
    if let urdf = robot.urdf { writer.string("urdf", urdf, node?["urdf"]) }
    if let srdf = robot.srdf { writer.string("srdf", srdf, node?["srdf"]) }
    writer.mapping("limits", node?["limits"]) { writer in
      for (joint, limits) in zip(robot.joints, robot.limits) where limits != .init() {
        let node = node?["limits"]?[joint]
        writer.mapping(joint, node) { writer in
          if limits.lower != nil || limits.upper != nil {
            let bounds = [limits.lower, limits.upper].map { $0?.shortText ?? "null" }
            writer.value("position", YAMLWriter.flow(bounds), node?["position"])
          }
          if let velocity = limits.velocity { writer.value("velocity", velocity.shortText, node?["velocity"]) }
          if let effort = limits.effort { writer.value("effort", effort.shortText, node?["effort"]) }
        }
      }
    }
    writer.mapping("homing", node?["homing"]) { writer in
      for (joint, position) in zip(robot.joints, robot.homing) {
        writer.value(joint, position.shortText, node?["homing"]?[joint])
      }
    }
    writer.parameters("parameters", robot.parameters, node?["parameters"])
  }

  private func write(_ controllers: ClusterConfig.Controllers, _ node: Node?, to writer: inout YAMLWriter) {
    writer.value("count", String(controllers.count), node?["count"])
    writer.value("per_process", String(controllers.perProcess), node?["per_process"])
    write(controllers.program, node?["program"], to: &writer)
    writer.value("threads", String(controllers.threads), node?["threads"])
    writer.mapping("placement", nil) { writer in
      let node = node?["placement"]
      let cores =
        switch controllers.placement.cores {
        case .all: "all"
        case .isolated: "isolated"
        case .list(let cores): YAMLWriter.flow(cores.map { String($0) })
        }
      writer.value("cores", cores, node?["cores"])
      writer.value("policy", controllers.placement.policy.rawValue, node?["policy"])
    }
    writer.mapping("scheduling", nil) { writer in
      let node = node?["scheduling"]
      writer.value("policy", controllers.scheduling.policy.rawValue, node?["policy"])
      writer.value("priority", String(controllers.scheduling.priority), node?["priority"])
      writer.value("nice", String(controllers.scheduling.nice), node?["nice"])
    }
    writer.mapping("restart", nil) { writer in
      let node = node?["restart"]
      writer.value("policy", controllers.restart.policy.rawValue, node?["policy"])
      writer.value("limit", String(controllers.restart.limit), node?["limit"])
      writer.value("window", Self.seconds(controllers.restart.window), node?["window"])
      writer.value("backoff", Self.seconds(controllers.restart.backoff), node?["backoff"])
    }
    writer.value("joints", YAMLWriter.flow(controllers.joints.map(YAMLWriter.scalar)), node?["joints"])
    writer.parameters("parameters", controllers.parameters, node?["parameters"])
    writer.value("activate", controllers.activate ? "true" : "false", node?["activate"])
    writer.value("on_failure", controllers.onFailure.rawValue, node?["on_failure"])
    writer.value("startup_timeout", Self.seconds(controllers.startupTimeout), node?["startup_timeout"])
    writer.value("solve_timeout", Self.seconds(controllers.solveTimeout), node?["solve_timeout"])
  }

  private func write(_ simulator: ClusterConfig.Simulator, _ node: Node?, to writer: inout YAMLWriter) {
    // The short forms: the name alone, and `command` without `program`.
    let isName = if case .scalar = node?.content { true } else { false }
    write(simulator.program, isName || node?["command"] != nil ? node : node?["program"], to: &writer)
    writer.value("steps", String(simulator.steps), node?["steps"])
    writer.value("realtime", simulator.realtime ? "true" : "false", node?["realtime"])
    writer.parameters("parameters", simulator.parameters, node?["parameters"])
  }

  private func write(_ program: ClusterConfig.Program, _ node: Node?, to writer: inout YAMLWriter) {
    switch program {
    case .builtIn(let name): writer.string("program", name, node)
    case .external: writer.string("program", "external", node)
    case .command(let arguments, let environment, let directory):
      writer.mapping("program", node) { writer in
        writer.value("command", YAMLWriter.flow(arguments.map(YAMLWriter.scalar)), node?["command"])
        writer.mapping("environment", node?["environment"]) { writer in
          for variable in environment {
            writer.string(variable.name, variable.value, node?["environment"]?[variable.name])
          }
        }
        if let directory { writer.string("directory", directory, node?["directory"]) }
      }
    }
  }

  private func write(_ buffer: ClusterConfig.Buffer, _ node: Node?, to writer: inout YAMLWriter) {
    writer.value("enabled", "true", node?["enabled"])
    writer.string("writer", buffer.writer.rawValue, node?["writer"])
    writer.string("per", buffer.per.rawValue, node?["per"])
    writer.string("sync", buffer.sync.rawValue, node?["sync"])
    writer.value("align", String(buffer.align), node?["align"])
    writer.mapping("fields", node?["fields"]) { writer in
      for field in buffer.fields {
        let node = node?["fields"]?[field.name]
        writer.mapping(field.name, node) { write(field, node, to: &$0) }
      }
    }
  }

  private func write(_ field: ClusterConfig.Field, _ node: Node?, to writer: inout YAMLWriter) {
    let shape = if case .sequence = node?.content { node } else { node?["shape"] }
    var extents = field.shape.map { String($0) }
    if case .sequence(let items) = shape?.content { extents = zip(items, field.shape).map { Self.extent($0, $1) } }
    writer.value("shape", YAMLWriter.flow(extents), shape)
    writer.string("dtype", field.dtype.rawValue, node?["dtype"])
    writer.string("unit", field.unit, node?["unit"])
    writer.string("convention", field.convention, node?["convention"])
    writer.string("frame", field.frame, node?["frame"])
    let columns = node?["columns"]
    if case .scalar(let list) = columns?.content {
      writer.string("columns", list.text, columns)
    } else {
      writer.value("columns", YAMLWriter.flow(field.columns.map(YAMLWriter.scalar)), columns)
    }
    let initial =
      switch field.initial {
      case .homing: "homing"
      case .scalar(let number): number.shortText
      case .list(let numbers): YAMLWriter.flow(numbers.map(\.shortText))
      }
    writer.value("initial", initial, node?["initial"])
  }

  /// The expression as it was written: it says more than its value, and follows a change of the robot.
  private static func extent(_ node: Node?, _ value: Int) -> String {
    guard case .scalar(let scalar) = node?.content else { return String(value) }
    if case .integer = scalar.value { return String(value) }
    return YAMLWriter.scalar(scalar.text)
  }

  private static func seconds(_ value: Double) -> String { value.shortText + "s" }
}
