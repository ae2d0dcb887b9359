import ClusterConfig
import ControlCluster

/// The whole plan on one page, and as JSON: what `ccluster plan` prints.
public struct PlanReport: Sendable {
  let plan: ClusterPlan
  /// `nil`: the plan as it is on any machine.
  let here: HerePlacement?

  /// - Parameter here: with it, the processes also say their cores on this machine.
  public init(_ plan: ClusterPlan, here: HerePlacement? = nil) {
    self.plan = plan
    self.here = here
  }

  /// Bytes before the first buffer: header, control block, slots, tables and texts.
  var tableBytes: Int { plan.blueprint.layout.buffers.first?.offset ?? plan.blueprint.layout.size }
  /// Bytes lost because every buffer starts on a page.
  var paddingBytes: Int {
    plan.blueprint.layout.size - tableBytes - plan.blueprint.layout.buffers.reduce(0) { $0 + $1.size }
  }
}

extension PlanReport {
  /// Ends with a line break.
  public var text: String {
    "\(plan.config.name)\n\n" + header + "\nBuffers\n" + buffers + "\nProcesses\n" + processes + hosts
  }

  private var header: String {
    let (config, layout) = (plan.config, plan.blueprint.layout)
    let (robot, controllers) = (config.robot, config.controllers)
    let start = controllers.activate ? "active from the start" : "idle until activated"
    let lines: [(String, String)] = [
      (
        "robot",
        "\(robot.name) \(robot.version), \(robot.base.rawValue) base, \(Quantity.count(robot.joints.count, "joint")), "
          + "\(Quantity.count(robot.contacts.count, "contact")), \(HumanText.number((robot.mass * 1000).rounded() / 1000)) kg"
      ),
      (
        "timing",
        "a step every \(HumanText.seconds(config.timing.clusterDt)), "
          + "\(Quantity.count(config.timing.stepsPerCluster, "simulation step")) of "
          + HumanText.seconds(config.timing.simulationDt)
      ),
      (
        "horizon",
        "\(Quantity.count(config.horizon.nodes, "node")) every \(HumanText.seconds(config.horizon.dt)): "
          + HumanText.seconds(Double(max(0, config.horizon.nodes - 1)) * config.horizon.dt)
      ),
      (
        "controllers",
        "\(controllersHere), \(start), "
          + "\(controllers.onFailure.rawValue) on failure"
      ),
      (
        "memory",
        "\(Quantity.bytes(layout.size)) in \(Quantity.count(layout.buffers.count, "buffer")), "
          + "layout \(MapReport.hexadecimal(layout.hash))"
      ),
    ]
    return lines.map { name, value in
      "  \(name)\(String(repeating: " ", count: 13 - name.count))\(value)\n"
    }.joined()
  }

  /// `48 in 12 workers`, or of several hosts `48 on 3 hosts, 16 here in 4 workers`.
  private var controllersHere: String {
    let workers = Quantity.count(plan.topology.workers.count { $0.program != .builtIn(Topology.hostsName) }, "worker")
    let all = Quantity.thousands(plan.config.controllers.count)
    guard plan.shares.count > 1 else { return "\(all) in \(workers)" }
    let here = Quantity.thousands(plan.shares[plan.host].count)
    return "\(all) on \(Quantity.count(plan.shares.count, "host")), \(here) here in \(workers)"
  }

  private var buffers: String {
    // Short words: this fits 80 columns.
    var table = TextTable(
      ("name", .left), ("rows", .right), ("stride", .right), ("bytes", .right), ("writer → readers", .left),
      ("sync", .left))
    for buffer in plan.blueprint.layout.buffers {
      table.add(
        buffer.name, Quantity.thousands(buffer.rows), Quantity.thousands(buffer.rowStride),
        Quantity.thousands(buffer.size), Self.flow(of: buffer), buffer.sync.name)
    }
    table.add("header, tables", "", "", Quantity.thousands(tableBytes), "", "")
    table.add("padding to pages", "", "", Quantity.thousands(paddingBytes), "", "")
    table.add("total", "", "", Quantity.thousands(plan.blueprint.layout.size), "", "")
    return table.text()
  }

  private static func flow(of buffer: BufferLayout) -> String {
    "\(buffer.writer.name) → \(DataFlow.readers(of: buffer).map(\.name).joined(separator: ", "))"
  }

  private var processes: String {
    var table = TextTable(
      ("name", .left), ("slots", .left), ("program", .left), ("depends on", .left), ("threads", .right),
      ("placement", .left))
    let processes = plan.topology.processes
    for index in Self.shown(processes) {
      guard let index else {
        table.add("…", "…", "", "", "", "")
        continue
      }
      let process = processes[index]
      table.add(
        process.name, Self.slots(of: process), Self.program(process.program),
        process.dependencies.map(\.description).joined(separator: ", "),
        process.role == .controller && process.program != .builtIn(Topology.hostsName)
          ? String(plan.config.controllers.threads) : "", placement(of: index))
    }
    let external =
      plan.config.simulator.program == .external
      ? "  the simulator is external: started by hand, once the rest runs\n" : ""
    return table.text() + processes.compactMap(Self.readiness).joined() + external
  }

  /// Workers are all alike, so that of more than eight the first three and the last stand for all; `nil` is the gap.
  private static func shown(_ processes: [PlannedProcess]) -> [Int?] {
    let workers = processes.indices.filter {
      processes[$0].role == .controller && processes[$0].program != .builtIn(Topology.hostsName)
    }
    guard workers.count > 8 else { return processes.indices.map { $0 } }
    let hidden = Set(workers.dropFirst(3).dropLast())
    return processes.indices.filter { !hidden.contains($0) || $0 == workers[3] }.map { hidden.contains($0) ? nil : $0 }
  }

  private static func slots(of process: PlannedProcess) -> String {
    guard let first = process.slots.first, let last = process.slots.last else { return "" }
    return first == last ? "\(first)" : "\(first)–\(last)"
  }

  private static func program(_ program: ClusterConfig.Program) -> String {
    switch program {
    case .builtIn(let name): name
    case .command(let arguments, _, _): HumanText.shortened(arguments.joined(separator: " "))
    case .external: "external"
    }
  }

  /// When the config's own are ready, and what becomes of the run without them.
  private static func readiness(of process: PlannedProcess) -> String? {
    guard let extra = process.extra else { return nil }
    let within = "within \(HumanText.seconds(extra.startupTimeout))"
    let ready =
      switch extra.ready {
      case .started: "once it is started"
      case .registered: "once it has registered, \(within)"
      case .exited: "once it has ended with 0, \(within)"
      }
    let failure = extra.required ? "the run ends if it fails" : "the run goes on if it fails"
    return "  \(process.name) is ready \(ready); \(failure)\n"
  }

  /// Where it runs, and how it is scheduled when that is not as usual.
  private func placement(of index: Int) -> String {
    [cores(of: index), plan.topology.processes[index].scheduling.map(Self.words) ?? ""].filter { !$0.isEmpty }
      .joined(separator: ", ")
  }

  private static func words(_ scheduling: ClusterConfig.Scheduling) -> String {
    var words: [String] = []
    if scheduling.policy != .other { words.append(scheduling.policy.rawValue) }
    if scheduling.isRealTime { words.append(String(scheduling.priority)) }
    if scheduling.nice != 0 { words.append("nice \(scheduling.nice)") }
    return words.joined(separator: " ")
  }

  private func cores(of index: Int) -> String {
    let process = plan.topology.processes[index]
    if here?.cores[index].isEmpty == true { return "any core" }
    if let cores = here?.cores[index], !cores.isEmpty {
      return "\(cores.count == 1 ? "core" : "cores") \(cores.map(String.init).joined(separator: ", "))"
    }
    guard let placement = process.placement, placement.policy != .none else { return "" }
    return switch placement.cores {
    case .all: "\(placement.policy.rawValue) over all cores"
    case .isolated: "\(placement.policy.rawValue) over isolated cores"
    case .list(let cores): "\(placement.policy.rawValue) over cores \(cores.map(String.init).joined(separator: ", "))"
    }
  }
}
