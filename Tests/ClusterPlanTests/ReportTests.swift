@testable import ClusterConfig
import ClusterPlan
import ControlCluster
import Testing

@Suite("Reports")
struct ReportTests {
  @Test("print")
  func printAll() throws {
    let plan = try ClusterPlan(
      .hopper(controllers: 1200, perProcess: 100, buffers: ClusterConfig.Buffer.standard), configText: "")
    let report = MapReport(plan.blueprint.layout, uid: 1000)
    print(report.text)
    print(report.json.pretty)
    print(PlanReport(plan).text)
    print(PlanReport(plan).json.pretty)
    print(DataFlow(plan).dot)
    print(DataFlow(plan).mermaid)
  }
}
