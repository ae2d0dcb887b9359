import ArgumentParser
import ClusterConfig
import ClusterLaunch
import ClusterPlan
import ControlCluster

struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows memory map and processes on one page.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, dot, mermaid }

  @OptionGroup var config: ConfigOptions

  @Option(help: "text, json, dot or mermaid (the data-flow graph).")
  var format = Format.text

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: ArgumentHelp("Of several hosts, the one whose memory and processes to show.", valueName: "name"))
  var host: String?

  @Flag(help: "Bind the processes to the cores of this machine.")
  var here = false

  func run() throws {
    let resolved = try config.load()
    let plan = try plan(of: resolved)
    if here {
      let denied = resolved.denied(plan)
      Terminal.error.tell(denied)
      if !denied.isEmpty { throw ExitCode(1) }
    }
    let report = PlanReport(plan, here: try placement(plan))
    switch json ? .json : format {
    case .text: try Terminal.output.data(report.text)
    case .json: try Terminal.output.data(report.json.pretty + "\n")
    case .dot: try Terminal.output.data(DataFlow(plan).dot)
    case .mermaid: try Terminal.output.data(DataFlow(plan).mermaid)
    }
  }

  private func plan(of resolved: ResolvedConfig) throws -> ClusterPlan {
    let plan = try config.plan(of: resolved)
    guard let host else { return plan }
    guard let index = plan.shares.firstIndex(where: { $0.name == host }) else {
      let names = plan.shares.map(\.name)
      let near = Suggestion.nearest(to: host, among: names).map { "did you mean '\($0)'?" }
      Terminal.error.print(
        "ccluster: there is no host '\(host)'; \(near ?? "controllers are on \(names.prefix(8).joined(separator: ", "))\(names.count > 8 ? ", …" : "")")"
      )
      throw ExitCode(1)
    }
    return try ClusterPlan(plan.config, configText: plan.blueprint.config, host: index)
  }

  private func placement(_ plan: ClusterPlan) throws -> HerePlacement? {
    guard here else { return nil }
    do { return try HerePlacement(plan.topology, on: .current()) } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
  }
}
