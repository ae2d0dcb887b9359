import ArgumentParser
import ClusterLaunch
import ClusterObserve
import ClusterPlan
import ControlCluster
import Glibc

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows a cluster: its figures, its processes, and a row for each controller.",
    discussion: """
      At the head of several hosts it shows all of them. With --json: what 'ps' has of it, with "launcher", "run_directory" and "problem" \
      of each host, and {"processes": [{"name", "role", "pid", "state", "starts", "controllers"}], \
      "rows": [{"controller", "pid", "state", "incarnation", "solves", "failures", "restarts", "late", "solve_time", \
      "registration_time", "message"}]}. Times are in seconds.
      """)

  @OptionGroup var cluster: ClusterArgument

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let running = try cluster.find()
    let before = (steps: running.segment.stepSnapshot().steps, at: System.monotonicNanoseconds)
    if before.steps > 0 { usleep(100_000) }
    var status = ClusterStatus(running.segment, since: before)
    // A launcher that is suspended answers nobody: the rest is told without it.
    let answer = try? running.connect().ask([.init(key: "do", value: "status")], timeout: 1)
    let processes = answer?[path: "status.processes"]?.array ?? []
    status.take(processes)
    let run = running.run?.directory
    let hosts = answer?[path: "status.hosts"]?.array ?? []
    guard !json else {
      var members = status.members
      if !hosts.isEmpty { members = members.map { $0.key == "hosts" ? .init(key: "hosts", value: .array(hosts)) : $0 } }
      let object = JSONValue.object(
        members + [
          .init(key: "config", value: run?.facts?.config.map(JSONValue.string) ?? .null),
          .init(key: "run_directory", value: run.map { .string($0.path) } ?? .null),
          .init(key: "processes", value: .array(processes)), .init(key: "rows", value: status.rows),
        ])
      return try Terminal.output.data(object.pretty + "\n")
    }
    try Terminal.output.data(
      Self.header(status, run) + "\n" + Self.hosts(status, hosts) + Self.processes(processes) + Self.table(status))
  }

  private static func header(_ status: ClusterStatus, _ run: RunDirectory?) -> String {
    let output = Terminal.output
    let figures = status.figures
    var lines = [
      output.styled(status.name, .bold) + "  "
        + output.styled(status.state.rawValue, StatusText.style(of: status.state))
        + "  up \(Quantity.span(status.up)), pid \(status.launcher.pid)"
    ]
    func add(_ title: String, _ text: String) {
      lines.append("  " + output.styled(title + String(repeating: " ", count: 12 - title.count), .dim) + text)
    }
    add("controllers", StatusText.controllers(status))
    if figures.steps > 0 {
      add(
        "steps",
        "\(Quantity.thousands(figures.steps)) at \(Quantity.plain(figures.rate))/s, \(Quantity.plain(figures.realTimeFactor)) × real time"
      )
      add("step time", "p50 \(Quantity.duration(figures.median)), p99 \(Quantity.duration(figures.p99))")
    } else {
      add("steps", "none yet")
    }
    add("memory", "\(Quantity.bytes(status.memory)) at \(status.segment)")
    if let part = status.part { add("part of", "\(part.cluster), whose simulator is on \(part.head)") }
    if let config = run?.facts?.config { add("config", config) }
    if let run { add("run", run.path) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// - Parameter told: by the launcher; one that is suspended tells nothing.
  private static func hosts(_ status: ClusterStatus, _ told: [JSONValue]) -> String {
    if status.hosts.isEmpty { return "" }
    var table = TextTable([
      ("HOST", .left), ("STATE", .left), ("CONTROLLERS", .left), ("LAUNCHER", .right), ("RUN", .path),
    ])
    let states = status.hosts.map { host in
      let row = told.first { $0["name"]?.string == host.share.name }
      let state = row?["state"]?.string ?? host.state.rawValue
      let numbers = host.share.count > 0 ? Quantity.ranges(Array(host.share.controllers)) : "-"
      let problem = row?["problem"]?.string
      table.add([
        host.share.name, state, numbers, row?["launcher"]?.int.map(String.init) ?? "-",
        problem ?? row?["run_directory"]?.string ?? "-",
      ])
      return state
    }
    let output = Terminal.output
    return table.text(width: output.tableWidth) { cell, row, column in
      if row < 0 { return output.styled(cell, .bold) }
      return ["lost", "ended"].contains(states[row]) && [1, 4].contains(column) ? output.styled(cell, .red) : cell
    } + "\n"
  }

  /// Server, simulator and others; those of controllers have their rows below.
  private static func processes(_ processes: [JSONValue]) -> String {
    let others = processes.filter { $0["role"]?.string != "controller" || $0["name"]?.string == Topology.hostsName }
    guard !others.isEmpty else { return "" }
    var table = TextTable([("PROCESS", .left), ("PID", .right), ("STATE", .left), ("STARTS", .right)])
    for process in others {
      table.add([
        process["name"]?.string ?? "", process["pid"]?.int.map(String.init) ?? "-", process["state"]?.string ?? "",
        process["starts"]?.int.map(String.init) ?? "",
      ])
    }
    return table.text { cell, row, _ in row < 0 ? Terminal.output.styled(cell, .bold) : cell } + "\n"
  }

  private static func table(_ status: ClusterStatus) -> String {
    var table = TextTable([
      ("RHC", .right), ("PID", .right), ("STATE", .left), ("SOLVES", .right), ("LAST", .right), ("MEAN", .right),
      ("MAX", .right), ("FAILED", .right), ("RESTARTS", .right), ("MESSAGE", .left),
    ])
    for slot in status.slots {
      let time = { (seconds: Double) in slot.solves > 0 ? Quantity.duration(seconds) : "-" }
      table.add([
        "\(slot.number)", slot.pid > 0 ? "\(slot.pid)" : "-", slot.isLate ? "late" : "\(slot.state)",
        Quantity.thousands(slot.solves), time(slot.lastSolveTime),
        time(slot.totalSolveTime / Double(max(1, slot.solves))),
        time(slot.maxSolveTime), Quantity.thousands(slot.failures), "\(slot.restarts)", slot.message,
      ])
    }
    let output = Terminal.output
    return table.text(width: output.tableWidth) { cell, row, column in
      if row < 0 { return output.styled(cell, .bold) }
      let slot = status.slots[row]
      return column == 2 ? output.styled(cell, slot.isLate ? .red : StatusText.style(of: slot.state)) : cell
    }
  }
}
