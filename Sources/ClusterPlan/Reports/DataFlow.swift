import ClusterConfig
import ControlCluster

/// Who writes and who reads each buffer, and its drawing: `ccluster plan --format dot|mermaid`.
public struct DataFlow: Sendable {
  private let plan: ClusterPlan

  public init(_ plan: ClusterPlan) { self.plan = plan }

  /// The roles that a buffer is handed over to; any process of the user may look at it besides.
  static func readers(of buffer: BufferLayout) -> [Writer] {
    let step: [Writer] = [.controller, .simulator].filter { $0 != buffer.writer }
    // Only what is readable at any time is for those that take no part in the step.
    return buffer.sync == .latest && buffer.writer != .tool ? step + [.tool] : step
  }

  /// Graphviz.
  public var dot: String {
    var text = "digraph \(Self.dotQuoted(plan.config.name)) {\n  rankdir=LR;\n"
    for role in roles { text += "  \(role.name) [shape=box, label=\(Self.dotQuoted(label(of: role)))];\n" }
    for (index, buffer) in buffers.enumerated() {
      text += "  buffer\(index) [shape=cylinder, label=\(Self.dotQuoted(label(of: buffer)))];\n"
    }
    for (index, buffer) in buffers.enumerated() {
      let style = buffer.sync == .latest ? " [style=dashed]" : ""
      text += "  \(buffer.writer.name) -> buffer\(index)\(style);\n"
      for reader in Self.readers(of: buffer) { text += "  buffer\(index) -> \(reader.name)\(style);\n" }
    }
    for (index, process) in extras.enumerated() {
      text += "  process\(index) [shape=box, style=rounded, label=\(Self.dotQuoted(process.name))];\n"
    }
    for wait in waits { text += "  \(wait.first) -> \(wait.second) [style=dotted, label=before];\n" }
    for (index, host) in hosts.enumerated() {
      text += "  host\(index) [shape=box3d, label=\(Self.dotQuoted(Self.label(of: host)))];\n"
      text += "  controller -> host\(index) [dir=both, label=\(Self.dotQuoted(Self.traffic(of: host)))];\n"
    }
    return text + "}\n"
  }

  /// A flowchart as GitHub and GitLab draw it.
  public var mermaid: String {
    var text = "flowchart LR\n"
    for role in roles { text += "  \(role.name)[\(Self.mermaidQuoted(label(of: role)))]\n" }
    for (index, buffer) in buffers.enumerated() {
      text += "  buffer\(index)[(\(Self.mermaidQuoted(label(of: buffer))))]\n"
    }
    for (index, buffer) in buffers.enumerated() {
      let arrow = buffer.sync == .latest ? "-.->" : "-->"
      text += "  \(buffer.writer.name) \(arrow) buffer\(index)\n"
      for reader in Self.readers(of: buffer) { text += "  buffer\(index) \(arrow) \(reader.name)\n" }
    }
    for (index, process) in extras.enumerated() {
      text += "  process\(index)([\(Self.mermaidQuoted([process.name]))])\n"
    }
    for wait in waits { text += "  \(wait.first) -. before .-> \(wait.second)\n" }
    for (index, host) in hosts.enumerated() {
      text += "  host\(index)[[\(Self.mermaidQuoted(Self.label(of: host)))]]\n"
      text += "  controller <-->|\(Self.mermaidQuoted([Self.traffic(of: host)]))| host\(index)\n"
    }
    return text
  }

  private var buffers: [BufferLayout] { plan.blueprint.layout.buffers }

  /// Those that have a part in it, each once.
  private var roles: [Writer] {
    let involved = Set(buffers.flatMap { [$0.writer] + Self.readers(of: $0) })
    return Writer.allCases.filter { involved.contains($0) || $0 == .simulator || $0 == .controller }
  }

  private var extras: [PlannedProcess] { plan.topology.processes.filter { $0.role == .extra } }

  /// Who must be ready before whom, as far as the config's own processes are concerned; all wait for the server.
  private var waits: [(first: String, second: String)] {
    let names = Dictionary(
      extras.enumerated().map { (PlannedProcess.Dependency.extra($1.name), "process\($0)") },
      uniquingKeysWith: { first, _ in first })
    func node(_ dependency: PlannedProcess.Dependency) -> String {
      dependency == .controllers ? Writer.controller.name : names[dependency] ?? dependency.description
    }
    var waits: [(first: String, second: String)] = []
    var seen: Set<PlannedProcess.Dependency> = []
    for process in plan.topology.processes where seen.insert(process.dependency).inserted {
      for other in process.dependencies where other != .server && (process.role == .extra || names[other] != nil) {
        waits.append((node(other), node(process.dependency)))
      }
    }
    return waits
  }

  private func label(of role: Writer) -> [String] {
    switch role {
    case .controller:
      let workers = plan.topology.workers.count { $0.program != .builtIn(Topology.hostsName) }
      let all = Quantity.count(plan.config.controllers.count, "controller")
      guard plan.shares.count > 1 else { return [all, "in " + Quantity.count(workers, "worker")] }
      return [all, "\(plan.shares[plan.host].count) here, in " + Quantity.count(workers, "worker")]
    case .tool: return ["tools"]
    case .simulator, .server: return [role.name]
    }
  }

  /// All but the head, where everything else of the drawing is.
  private var hosts: [HostGroup] {
    plan.shares.count > 1 && plan.host == 0 ? plan.hostGroups.filter { $0.traffic != nil } : []
  }

  private static func label(of hosts: HostGroup) -> [String] {
    let count = Quantity.count(hosts.shares.first!.count, "controller")
    return [hosts.name, hosts.shares.count == 1 ? count : "\(hosts.shares.count) hosts, \(count) each"]
  }

  /// `1,300 and 2,100 bytes a step`, there and back.
  private static func traffic(of hosts: HostGroup) -> String {
    guard let step = hosts.traffic?.step else { return "" }
    return "\(Quantity.thousands(step.out)) and \(Quantity.thousands(step.back)) bytes a step"
  }

  private func label(of buffer: BufferLayout) -> [String] {
    [buffer.name, "\(Quantity.thousands(buffer.rows)) × \(Quantity.thousands(buffer.rowSize)) bytes"]
  }

  private static func dotQuoted(_ lines: [String]) -> String {
    "\"\(lines.map(dotEscaped).joined(separator: "\\n"))\""
  }

  private static func dotQuoted(_ text: String) -> String { dotQuoted([text]) }

  private static func dotEscaped(_ text: String) -> String {
    text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }

  /// Mermaid has no escapes, only HTML entities.
  private static func mermaidQuoted(_ lines: [String]) -> String {
    let escaped = lines.map { line in
      line.map { character in
        switch character {
        case "\"": "#quot;"
        case "#": "#35;"
        case "<": "#lt;"
        case ">": "#gt;"
        default: String(character)
        }
      }.joined()
    }
    return "\"\(escaped.joined(separator: "<br>"))\""
  }
}
