import BuiltInPrograms
import ClusterConfig
import ControlCluster

/// A config as facts that can be compared with another one's.
///
/// Both are at hand, since what only follows from a change elsewhere is no change of its own: a field over `joints` has
/// another shape when the robot has another joint.
struct ConfigFacts {
  let config: ClusterConfig
  let other: ClusterConfig
  let isSameLayout: Bool

  init(_ config: ClusterConfig, beside other: ClusterConfig, isSameLayout: Bool) {
    (self.config, self.other, self.isSameLayout) = (config, other, isSameLayout)
  }

  /// In the order of the schema.
  var all: [Fact] {
    [
      // Programs find the memory by it.
      Fact("name", .topology, config.name),
      robot,
      Fact(
        "timing", .behaviour,
        [
          seconds("simulation_dt", config.timing.simulationDt), seconds("cluster_dt", config.timing.clusterDt),
        ]),
      Fact(
        "horizon", .behaviour,
        [Fact("nodes", .behaviour, String(config.horizon.nodes)), seconds("dt", config.horizon.dt)]),
      controllers,
      Fact(
        "simulator", .topology,
        [
          program(config.simulator.program),
          Fact("steps", .behaviour, String(config.simulator.steps)),
          Fact("realtime", .behaviour, String(config.simulator.realtime)),
          parameters(config.simulator.parameters),
          Fact("after", .topology, names: config.simulator.after),
          placement(config.simulator.placement),
          scheduling(config.simulator.scheduling),
        ]),
      Fact("server", .topology, [placement(config.server.placement), scheduling(config.server.scheduling)]),
      Fact("processes", .topology, config.processes.map(process)),
      dimensions,
      buffers,
      Fact("archive", .cosmetic, names: config.archive),
      Fact(
        "logs", .behaviour,
        [
          Fact("size", .behaviour, String(config.logs.size), unit: "B"),
          Fact("keep", .behaviour, String(config.logs.keep)),
        ]),
      Fact(
        "runs", .behaviour, [Fact("keep", .behaviour, String(config.runs.keep)), seconds("age", config.runs.age)]),
    ] + (config.record.map { [record($0)] } ?? []) + (config.hosts.map { [hosts($0)] } ?? [])
  }

  private func hosts(_ hosts: ClusterConfig.Hosts) -> Fact {
    Fact(
      "hosts", .topology, summary: Words.list(hosts.list.map(\.name)),
      [
        Fact("list", .topology, isOrdered: true, hosts.list.map(host)),
        Fact("lost", .behaviour, hosts.lost.rawValue), seconds("timeout", hosts.timeout),
        Fact("latest_rate", .behaviour, Words.number(hosts.latestRate), unit: "Hz"),
        Fact("mpirun", .topology, names: hosts.mpirun),
      ])
  }

  private func host(_ host: ClusterConfig.Hosts.Host) -> Fact {
    var facts = [
      Fact("slots", .topology, String(host.slots)), Fact("weight", .topology, Words.number(host.weight)),
    ]
    if let count = host.controllers { facts.append(Fact("controllers", .topology, String(count))) }
    return Fact(host.name, .topology, summary: Quantity.count(host.slots, "slot"), facts)
  }

  private func record(_ record: ClusterConfig.Recording) -> Fact {
    let rate =
      switch record.rate {
      case .every(let number): Fact("every", .behaviour, String(number))
      case .frequency(let hz): Fact("hz", .behaviour, Words.number(hz))
      }
    let robots =
      switch record.robots {
      case .list(let list) where !list.isEmpty: Words.numbers(list)
      default: record.robots.word?.rawValue ?? ""
      }
    return Fact(
      "record", .topology, summary: record.output,
      [
        Fact("buffers", .behaviour, names: record.buffers), rate, Fact("ros2", .behaviour, robots),
        Fact("output", .behaviour, record.output), placement(record.placement), scheduling(record.scheduling),
      ])
  }

  // MARK: Robot

  private var robot: Fact {
    let robot = config.robot
    // Of a joint that only one of the robots has, the list of joints tells.
    let shared = Set(other.robot.joints)
    let joints = robot.joints.indices.filter { shared.contains(robot.joints[$0]) }
    var facts = [
      Fact("name", .cosmetic, robot.name),
      Fact("version", .cosmetic, robot.version),
      Fact("base", .behaviour, robot.base.rawValue),
      Fact("joints", .layout, names: robot.joints),
      Fact("contacts", .layout, names: robot.contacts),
      Fact("mass", .behaviour, Words.number(robot.mass), unit: "kg"),
    ]
    facts += [("urdf", robot.urdf), ("srdf", robot.srdf)].compactMap { key, path in
      path.map { Fact(key, .behaviour, $0) }
    }
    facts.append(Fact("limits", .behaviour, joints.map { limits(robot.joints[$0], robot.limits[$0]) }))
    facts.append(
      Fact(
        "homing", .behaviour,
        joints.map { Fact(robot.joints[$0], .behaviour, Words.number(robot.homing[$0]), unit: "rad or m") }))
    facts.append(parameters(robot.parameters))
    return Fact("robot", .behaviour, facts)
  }

  private func limits(_ joint: String, _ limits: ClusterConfig.JointLimits) -> Fact {
    func word(_ limit: Double?) -> String { limit.map(Words.number) ?? "unlimited" }
    let isFree = limits.lower == nil && limits.upper == nil
    let position = isFree ? "unlimited" : "[\(word(limits.lower)), \(word(limits.upper))]"
    return Fact(
      joint, .behaviour,
      [
        Fact("position", .behaviour, position, unit: "rad or m"),
        Fact("velocity", .behaviour, word(limits.velocity), unit: "rad/s or m/s"),
        Fact("effort", .behaviour, word(limits.effort), unit: "N·m or N"),
      ])
  }

  // MARK: Controllers

  private var controllers: Fact {
    let controllers = config.controllers
    var facts = [
      Fact("count", .topology, String(controllers.count)),
      Fact("per_process", .topology, String(controllers.perProcess)),
      program(controllers.program),
      Fact("threads", .topology, String(controllers.threads)),
      placement(controllers.placement),
      scheduling(controllers.scheduling),
      restart(controllers.restart),
      Fact(
        "liveness", .behaviour,
        [
          seconds("timeout", controllers.liveness.timeout),
          Fact("action", .behaviour, controllers.liveness.action.rawValue),
        ]),
      Fact("after", .topology, names: controllers.after),
    ]
    if !Self.followJoints(config, other) { facts.append(Fact("joints", .layout, names: controllers.joints)) }
    facts += [
      parameters(controllers.parameters),
      Fact("activate", .behaviour, String(controllers.activate)),
      Fact("on_failure", .behaviour, controllers.onFailure.rawValue),
      seconds("startup_timeout", controllers.startupTimeout),
      seconds("solve_timeout", controllers.solveTimeout),
    ]
    return Fact("controllers", .topology, facts)
  }

  private func restart(_ restart: ClusterConfig.Restart) -> Fact {
    Fact(
      "restart", .behaviour,
      [
        Fact("policy", .behaviour, restart.policy.rawValue),
        Fact("limit", .behaviour, String(restart.limit)),
        seconds("window", restart.window),
        seconds("backoff", restart.backoff),
      ])
  }

  private func process(_ process: ClusterConfig.ExtraProcess) -> Fact {
    Fact(
      process.name, .topology, summary: program(process.program).text,
      [
        program(process.program),
        Fact("after", .topology, names: process.after),
        Fact("ready", .topology, process.ready.rawValue),
        seconds("startup_timeout", process.startupTimeout),
        Fact("required", .behaviour, String(process.required)),
        Fact("on", .topology, process.on.rawValue),
        restart(process.restart),
        placement(process.placement),
        scheduling(process.scheduling),
      ])
  }

  private func placement(_ placement: ClusterConfig.Placement) -> Fact {
    let cores =
      switch placement.cores {
      case .all: "all"
      case .isolated: "isolated"
      case .list(let cores): Words.numbers(cores)
      }
    return Fact(
      "placement", .topology,
      [Fact("cores", .topology, cores), Fact("policy", .topology, placement.policy.rawValue)])
  }

  private func scheduling(_ scheduling: ClusterConfig.Scheduling) -> Fact {
    Fact(
      "scheduling", .topology,
      [
        Fact("policy", .topology, scheduling.policy.rawValue),
        Fact("priority", .topology, String(scheduling.priority)),
        Fact("nice", .topology, String(scheduling.nice)),
      ])
  }

  /// Whether controllers see all of the robot's joints in both configs, which is the default.
  static func followJoints(_ a: ClusterConfig, _ b: ClusterConfig) -> Bool {
    [a, b].allSatisfy { $0.controllers.joints == $0.robot.joints }
  }

  private func program(_ program: ClusterConfig.Program) -> Fact {
    switch program {
    case .builtIn(let name): return Fact("program", .topology, name)
    case .external: return Fact("program", .topology, "external")
    case .command(let arguments, let environment, let directory):
      var facts = [
        Fact("command", .topology, arguments.joined(separator: " ")),
        Fact("environment", .topology, environment.map { Fact($0.name, .topology, $0.value) }),
      ]
      if let directory { facts.append(Fact("directory", .topology, directory)) }
      return Fact("program", .topology, summary: arguments.joined(separator: " "), facts)
    }
  }

  // MARK: Values

  private func seconds(_ key: String, _ value: Double) -> Fact {
    Fact(key, .behaviour, Words.number(value), unit: "s")
  }

  private func parameters(_ value: ConfigValue) -> Fact {
    // Nothing and an empty mapping are the same to a program that asks for parameters.
    value == .null ? Fact("parameters", .behaviour, []) : Self.fact("parameters", value)
  }

  private static func fact(_ key: String, _ value: ConfigValue) -> Fact {
    let text = JSONValue(value).compact
    guard case .mapping(let entries) = value else { return Fact(key, .behaviour, text) }
    return Fact(key, .behaviour, summary: text, entries.map { fact($0.key, $0.value) })
  }
}
