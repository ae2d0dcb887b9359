import ArgumentParser
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

  @Flag(help: "Bind the processes to the cores of this machine.")
  var here = false

  func run() throws {
    let resolved = try config.load()
    let plan = try config.plan(of: resolved)
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

  private func placement(_ plan: ClusterPlan) throws -> HerePlacement? {
    guard here else { return nil }
    do { return try HerePlacement(plan.topology, on: .current()) } catch {
      Terminal.error.print("ccluster: \(error)")
      throw ExitCode(1)
    }
  }
}
