import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster
import Glibc

struct Ps: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the clusters of this user on this machine.",
    discussion: """
      STATE is starting, waiting (for a simulator), running, stopping or suspended; STEPS, RATE and UP are those of the run. With --json: \
      {"clusters": [{"name", "segment", "state", "launcher", "server", "client", "up", "memory", "controllers", "steps", "rate", \
      "real_time_factor", "step_time", "last", "config", "run_directory"}], "stale": [{"name", "problem"}]}. Of a cluster on several hosts there are "hosts": [{"name", \
      "first", "count", "state"}] at the head (starting, up or lost), and "part_of": {"host", "head", "cluster"} on the others.
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  /// Between two readings, for the rate, µs.
  private static let interval: UInt32 = 100_000
  /// How long a run that was killed is told, s.
  private static let day = 86400.0

  func run() throws {
    let found = RunningCluster.all()
    let before = found.map { $0.cluster.map { ($0.segment.stepSnapshot().steps, System.monotonicNanoseconds) } }
    if before.contains(where: { ($0?.0 ?? 0) > 0 }) { usleep(Self.interval) }
    let rows = zip(found, before).compactMap { found, before in
      found.cluster.map {
        Row(cluster: $0, status: ClusterStatus($0.segment, since: before.map { (steps: $0.0, at: $0.1) }))
      }
    }
    let stale = found.filter { $0.cluster == nil }
    if json { return try Terminal.output.data(Self.object(rows, stale).pretty + "\n") }
    if !rows.isEmpty { try Terminal.output.data(Self.table(rows)) }
    for leftover in stale { Terminal.error.print(Self.words(for: leftover)) }
    for name in RunDirectory.names where !found.contains(where: { $0.name == name }) {
      guard let run = RunDirectory.latest(of: name), run.wasKilled, run.age < Self.day, let end = run.end else {
        continue
      }
      Terminal.error.print("\(name): its last run \(end); 'ccluster logs \(name)' has its last lines")
    }
    if found.isEmpty { Terminal.error.print("no clusters run here; 'ccluster launch FILE' starts one") }
  }

  private struct Row {
    var cluster: RunningCluster
    var status: ClusterStatus
    var run: RunDirectory?
    var config: String?

    init(cluster: RunningCluster, status: ClusterStatus) {
      (self.cluster, self.status) = (cluster, status)
      run = cluster.run?.directory
      config = run?.facts?.config
    }
  }

  private static func table(_ rows: [Row]) -> String {
    // Most have no other hosts, and no column for them.
    let hasHosts = rows.contains { !$0.status.hosts.isEmpty || $0.status.part != nil }
    var table = TextTable(
      [("NAME", .left), ("PID", .right), ("STATE", .left), ("CONTROLLERS", .left)]
        + (hasHosts ? [("HOSTS", .left)] : []) + [
          ("STEPS", .right), ("RATE", .right), ("UP", .right), ("CONFIG", .path),
        ])
    for row in rows {
      let status = row.status
      table.add(
        [
          status.name, "\(status.launcher.pid)", status.state.rawValue, StatusText.controllers(status),
        ] + (hasHosts ? [StatusText.hosts(status)] : []) + [
          Quantity.thousands(status.figures.steps),
          status.figures.steps > 0 ? "\(Quantity.plain(status.figures.rate))/s" : "-",
          Quantity.span(status.up), row.config ?? (row.cluster.isEmbedded ? "(a program's own)" : "-"),
        ])
    }
    let output = Terminal.output
    return table.text(indent: 0, width: output.tableWidth) { cell, row, column in
      if row < 0 { return output.styled(cell, .bold) }
      switch column {
      case 2: return output.styled(cell, StatusText.style(of: rows[row].status.state))
      case 4 where hasHosts:
        return rows[row].status.hosts.contains { $0.state == .lost } ? output.styled(cell, .red) : cell
      case 3: return StatusText.isWhole(rows[row].status) ? cell : output.styled(cell, .red)
      default: return cell
      }
    }
  }

  private static func words(for leftover: RunningCluster.Found) -> String {
    guard case .stale = leftover.problem else {
      let problem = leftover.problem.map { "\($0)" } ?? ""
      return "\(problem); if nobody holds it any more, 'ccluster clean \(leftover.name)' removes it"
    }
    return "\(leftover.name): left over from a server that is gone; 'ccluster clean \(leftover.name)' removes it"
  }

  private static func object(_ rows: [Row], _ stale: [RunningCluster.Found]) -> JSONValue {
    [
      "clusters": .array(
        rows.map { row in
          .object(
            row.status.members + [
              .init(key: "config", value: row.config.map(JSONValue.string) ?? .null),
              .init(key: "run_directory", value: row.run.map { .string($0.path) } ?? .null),
            ])
        }),
      "stale": .array(stale.map { ["name": .string($0.name), "problem": .string($0.problem.map { "\($0)" } ?? "")] }),
    ]
  }
}
