import ClusterConfig
import ControlCluster

extension PlanReport {
  /// One object: the cluster's description as it is published in the memory, then `memory` (bytes) and `processes`;
  /// of several hosts also `traffic`: bytes that go to each in a step and come back, and those of all `latest` rows once.
  public var json: JSONValue {
    let layout = plan.blueprint.layout
    var derived: [JSONValue.Member] = [
      .init(
        key: "memory",
        value: [
          "size": .integer(layout.size),
          "layout_hash": .string(MapReport.hexadecimal(layout.hash)),
          "tables": .integer(tableBytes),
          "padding": .integer(paddingBytes),
          "buffers": .array(layout.buffers.map(Self.json(of:))),
        ]),
      .init(key: "processes", value: .array(plan.topology.processes.indices.map(process))),
    ]
    if plan.shares.count > 1 { derived.append(.init(key: "traffic", value: traffic)) }
    return .object((plan.config.described(plan.shares, host: plan.host).object ?? []) + derived)
  }

  private static func json(of buffer: BufferLayout) -> JSONValue {
    [
      "name": .string(buffer.name),
      "rows": .integer(buffer.rows),
      "row_stride": .integer(buffer.rowStride),
      "size": .integer(buffer.size),
      "writer": .string(buffer.writer.name),
      "readers": .strings(DataFlow.readers(of: buffer).map(\.name)),
      "sync": .string(buffer.sync.name),
    ]
  }

  /// `cores` is there only when the plan is bound to a machine.
  private func process(_ index: Int) -> JSONValue {
    let process = plan.topology.processes[index]
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue) { members.append(JSONValue.Member(key: key, value: value)) }
    add("name", .string(process.name))
    add("role", .string(process.role.rawValue))
    add("first_slot", process.slots.first.map(JSONValue.integer) ?? .null)
    add("slot_count", .integer(process.slots.count))
    add("program", Self.json(of: process.program))
    add("environment", .object(process.environment.map { .init(key: $0.name, value: .string($0.value)) }))
    add("placement", process.placement.map(Self.json(of:)) ?? .null)
    add("scheduling", process.scheduling.map(Self.json(of:)) ?? .null)
    add("depends_on", .strings(process.dependencies.map(\.description)))
    if let extra = process.extra {
      add("ready", .string(extra.ready.rawValue))
      add("startup_timeout", .number(extra.startupTimeout))
      add("required", .bool(extra.required))
      add("restart", Self.json(of: extra.restart))
    }
    if let here { add("cores", .array(here.cores[index].map(JSONValue.integer))) }
    return .object(members)
  }

  private static func json(of program: ClusterConfig.Program) -> JSONValue {
    switch program {
    case .builtIn(let name): .string(name)
    case .external: "external"
    case .command(let arguments, let environment, let directory):
      [
        "command": .strings(arguments),
        "environment": .object(environment.map { .init(key: $0.name, value: .string($0.value)) }),
        "directory": directory.map(JSONValue.string) ?? .null,
      ]
    }
  }

  private static func json(of restart: ClusterConfig.Restart) -> JSONValue {
    [
      "policy": .string(restart.policy.rawValue), "limit": .integer(restart.limit), "window": .number(restart.window),
      "backoff": .number(restart.backoff),
    ]
  }

  private static func json(of placement: ClusterConfig.Placement) -> JSONValue {
    let cores: JSONValue =
      switch placement.cores {
      case .all: "all"
      case .isolated: "isolated"
      case .list(let cores): .array(cores.map(JSONValue.integer))
      }
    return ["cores": cores, "policy": .string(placement.policy.rawValue)]
  }

  private static func json(of scheduling: ClusterConfig.Scheduling) -> JSONValue {
    [
      "policy": .string(scheduling.policy.rawValue), "priority": .integer(scheduling.priority),
      "nice": .integer(scheduling.nice),
    ]
  }
}
