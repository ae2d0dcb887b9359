import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

extension Launch {
  /// Launches every point of the sweep. All of them are loaded before the first one runs.
  func runSweep() throws {
    let points = try SweepConfigs(self)
    let name = self.name ?? points.configs[0].config.name
    if dryRun { return try Terminal.output.data(Self.list(points)) }
    let status: Int32
    do {
      let request = SweepRequest(
        files: config.files, sweep: points.sweep, duration: duration, runsSimulator: !noSimulator)
      let directory =
        sweep.resume
        ? try SweepDirectory.resume(runDirectory, name: name, request)
        : try SweepDirectory.create(runDirectory, name: name)
      let entries = try directory.points(Array(zip(points.sweep.points, points.configs)))
      let view = SweepView(name: name, directory: directory.path, jobs: sweep.jobs, entries)
      var options = SweepRunner.Options(
        executable: try Programs.thisOne(), arguments: argumentsOfPoints, name: name, failsFast: sweep.failsFast,
        runs: points.configs[0].config.runs)
      options.tickInterval = Terminal.error.isInteractive ? 0.2 : nil
      let state = SweepDirectory.State(name: name, request: request, jobs: sweep.jobs, points: entries)
      let runner = try SweepRunner(state, in: directory, options: options, observer: view)
      view.begin()
      status = try runner.run()
      view.finish(runner.state, json: sweep.json)
    } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
    try Terminal.output.finish()
    if status != 0 { throw ExitCode(status) }
  }

  /// What the launch of each point is given beside its config, in which everything else stands.
  private var argumentsOfPoints: [String] {
    (duration.map { ["--for=\($0)s"] } ?? []) + (noSimulator ? ["--no-simulator"] : [])
  }

  private static func list(_ points: SweepConfigs) -> String {
    var table = TextTable(
      [("point", .right)] + points.sweep.axes.map { ($0.path, .right) }
        + [("controllers", .right), ("processes", .right), ("memory", .right)])
    for (point, plan) in zip(points.sweep.points, points.plans) {
      table.add(
        ["\(point.number)"] + point.settings.map(\.value.text) + [
          "\(plan.config.controllers.count)", "\(plan.topology.processes.count)",
          Quantity.bytes(plan.blueprint.layout.size),
        ])
    }
    return table.text()
  }
}
