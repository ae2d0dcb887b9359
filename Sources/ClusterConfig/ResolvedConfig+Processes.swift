import BuiltInPrograms

// How processes are run.
extension ResolvedConfig {
  func write(_ process: ClusterConfig.ExtraProcess, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    writeCommand(process.program, node, to: &writer)
    writer.value("after", .strings(process.after), node?["after"])
    writer.value("ready", .string(process.ready.rawValue), node?["ready"])
    writer.value("startup_timeout", .seconds(process.startupTimeout), node?["startup_timeout"])
    writer.value("required", .bool(process.required), node?["required"])
    writer.value("on", .string(process.on.rawValue), node?["on"])
    write(process.restart, node, to: &writer)
    write(process.placement, node, to: &writer)
    write(process.scheduling, node, to: &writer)
  }

  func write(_ record: ClusterConfig.Recording, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    writer.value("buffers", .strings(record.buffers), node?["buffers"])
    switch record.rate {
    case .every(let number): writer.value("every", .integer(number), node?["every"])
    case .frequency(let hz): writer.value("hz", .short(hz), node?["hz"])
    }
    let robots: ConfigValue =
      switch record.robots {
      case .list(let list) where !list.isEmpty: .sequence(list.map { .integer($0) })
      case let others: .string((others.word ?? .first).rawValue)
      }
    writer.value("ros2", robots, node?["ros2"])
    writer.value("output", .string(record.output), node?["output"])
    write(record.placement, node, to: &writer)
    write(record.scheduling, node, to: &writer)
  }

  func write(_ hosts: ClusterConfig.Hosts, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    // The short forms: the list alone, and a word.
    let isShort = if case .mapping? = node?.content { false } else { true }
    var origin = isShort ? node : node?["list"] ?? node?["hostfile"] ?? node?["slurm"]
    let isSlurm = if case .scalar? = origin?.content { node?["hostfile"] == nil } else { false }
    if isSlurm { origin?.variables += SlurmAllocation.variables }
    writer.value("list", .sequence(hosts.list.map(Self.value)), origin)
    writer.value("lost", .string(hosts.lost.rawValue), node?["lost"])
    writer.value("timeout", .seconds(hosts.timeout), node?["timeout"])
    writer.value("latest_rate", .short(hosts.latestRate), node?["latest_rate"])
    writer.value("mpirun", .strings(hosts.mpirun), node?["mpirun"])
  }

  private static func value(_ host: ClusterConfig.Hosts.Host) -> ConfigValue {
    var entries = [
      ConfigValue.Entry(key: "name", value: .string(host.name)), .init(key: "slots", value: .integer(host.slots)),
    ]
    // Beside its controllers, a weight means nothing.
    entries.append(
      host.controllers.map { .init(key: "controllers", value: .integer($0)) }
        ?? .init(key: "weight", value: .short(host.weight)))
    return .mapping(entries)
  }

  func write(_ restart: ClusterConfig.Restart, _ owner: Node?, to writer: inout ResolvedValue.Builder) {
    writer.mapping("restart", nil) { writer in
      let node = owner?["restart"]
      writer.value("policy", .string(restart.policy.rawValue), node?["policy"])
      writer.value("limit", .integer(restart.limit), node?["limit"])
      writer.value("window", .seconds(restart.window), node?["window"])
      writer.value("backoff", .seconds(restart.backoff), node?["backoff"])
    }
  }

  func write(_ placement: ClusterConfig.Placement, _ owner: Node?, to writer: inout ResolvedValue.Builder) {
    writer.mapping("placement", nil) { writer in
      let node = owner?["placement"]
      let cores: ConfigValue =
        switch placement.cores {
        case .all: .string("all")
        case .isolated: .string("isolated")
        case .list(let cores): .sequence(cores.map { .integer($0) })
        }
      writer.value("cores", cores, node?["cores"])
      writer.value("policy", .string(placement.policy.rawValue), node?["policy"])
    }
  }

  func write(_ scheduling: ClusterConfig.Scheduling, _ owner: Node?, to writer: inout ResolvedValue.Builder) {
    writer.mapping("scheduling", nil) { writer in
      let node = owner?["scheduling"]
      writer.value("policy", .string(scheduling.policy.rawValue), node?["policy"])
      writer.value("priority", .integer(scheduling.priority), node?["priority"])
      writer.value("nice", .integer(scheduling.nice), node?["nice"])
    }
  }

  func write(_ program: ClusterConfig.Program, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    switch program {
    case .builtIn(let name): writer.value("program", .string(name), node)
    case .external: writer.value("program", .string("external"), node)
    case .command: writer.mapping("program", node) { writeCommand(program, node, to: &$0) }
    }
  }

  private func writeCommand(_ program: ClusterConfig.Program, _ node: Node?, to writer: inout ResolvedValue.Builder) {
    guard case .command(let arguments, let environment, let directory) = program else { return }
    writer.value("command", .strings(arguments), node?["command"])
    writer.mapping("environment", node?["environment"]) { writer in
      let nodes = node?["environment"]?.valuesByKey ?? [:]
      for variable in environment {
        writer.value(variable.name, .string(variable.value), nodes[variable.name])
      }
    }
    if let directory { writer.value("directory", .string(directory), node?["directory"]) }
  }
}
