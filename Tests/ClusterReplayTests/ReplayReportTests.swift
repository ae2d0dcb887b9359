import ControlCluster
import Testing

@testable import ClusterReplay

@Suite("the report of a replay")
struct ReplayReportTests {
  private var report: ReplayReport {
    var report = ReplayReport(
      recording: "/runs/go2.mcap", cluster: "go2", controllers: [0, 1, 7], tolerance: Tolerance())
    report.first = ReplayMoment(step: 100, time: 2)
    report.last = ReplayMoment(step: 199, time: 3.98)
    (report.compared, report.warmedUp, report.values) = (100, 100, 4200)
    return report
  }

  private func difference(_ replayed: Double, step: Int = 120) -> ReplayReport.Difference {
    ReplayReport.Difference(
      controller: 7, field: "rhc_commands.joint_position", element: "FL_hip_joint", type: .f32, unit: "rad", steps: 3,
      first: ReplayMoment(step: step, time: 2.4), worst: ReplayMoment(step: 121, time: 2.42),
      value: ValueDifference(recorded: 0.5, replayed: replayed, ulps: replayed.isNaN ? nil : 16777))
  }

  private func text(_ report: ReplayReport, limit: Int = 20) -> String { report.text(limit: limit) { text, _ in text } }

  @Test("it passes from the replayer to who shows it, whole")
  func roundTrip() throws {
    var report = report
    report.different = 3
    report.differences = [difference(.infinity), difference(0.501)]
    report.notes = ["a note"]
    report.problem = "it was ended"
    var outcome = ReplayReport.Outcome(
      controller: 1, moment: ReplayMoment(step: 130, time: 2.6), recorded: "failed", replayed: "solved")
    outcome.recordedMessage = "measured \"velocity\" is nan"
    report.outcomes = [outcome]
    #expect(try ReplayReport(parsing: report.json.pretty) == report)
  }

  @Test("what is no report is an error", arguments: ["", "{}", "[1]", "{\"recording\": 1}"])
  func noReport(text: String) {
    #expect(throws: ClusterError.self) { try ReplayReport(parsing: text) }
  }

  @Test("a request reaches the replayer as it was made")
  func request() throws {
    for warmUp in [ReplayRequest.WarmUp.all, .reset, .steps(0), .steps(50)] {
      let request = ReplayRequest(
        recording: "/a b/\"c\".mcap", report: "/tmp/r", controllers: [3], steps: 5...9, warmUp: warmUp,
        tolerance: Tolerance(relative: 1e-6), ignored: ["rhc_status.cost"])
      #expect(try ReplayRequest(parsing: request.json.compact) == request)
    }
  }

  @Test("what is the same is told in one line")
  func same() {
    #expect(report.isSame)
    #expect(text(report) == "✓ the same to the bit: 100 steps of 3 controllers, 4,200 values\n")
  }

  @Test("a failure that comes again is the same, and is told with its step and reason")
  func sameFailure() {
    var report = report
    var outcome = ReplayReport.Outcome(
      controller: 1, moment: ReplayMoment(step: 130, time: 2.6), recorded: "failed", replayed: "failed")
    (outcome.recordedMessage, outcome.replayedMessage) = ("no", "no")
    report.outcomes = [outcome]
    #expect(report.isSame)
    #expect(text(report).hasSuffix("! controller 1, step 130 (2.600 s): it failed to solve, as it had: no\n"))
  }

  @Test("a failure that does not come again is a difference, and lateness is none")
  func otherOutcome() {
    var report = report
    let moment = ReplayMoment(step: 130, time: 2.6)
    report.outcomes = [ReplayReport.Outcome(controller: 1, moment: moment, recorded: "late", replayed: "solved")]
    #expect(report.isSame)
    report.different = 1
    report.outcomes.append(
      ReplayReport.Outcome(controller: 0, moment: moment, recorded: "failed", replayed: "solved"))
    #expect(!report.isSame)
    #expect(
      text(report).contains("✗ 1 of 100 steps of 3 controllers differ, first in step 130 (2.600 s): controller 0"))
  }

  @Test("differences come as a table that ends at the limit")
  func table() {
    var report = report
    report.different = 3
    report.differences = [difference(0.501, step: 119), difference(.nan)]
    let lines = text(report, limit: 1).split(separator: "\n")
    #expect(
      lines[0] == "✗ 3 of 100 steps of 3 controllers differ, first in step 119 (2.400 s): controller 7, "
        + "rhc_commands.joint_position[FL_hip_joint]")
    #expect(lines[2].contains("0.5  ") && lines[2].contains("0.501") && lines[2].contains("16,777"))
    #expect(lines[3] == "  … and 1 value more")
    #expect(!report.isSame)
  }

  @Test("on a narrow terminal columns give way, and the joint's name stays")
  func narrow() {
    var report = report
    report.different = 3
    report.differences = [difference(0.501)]
    func lines(_ width: Int) -> [Substring] {
      report.text(width: width, limit: 20) { text, _ in text }.split(separator: "\n").dropFirst().map { $0 }
    }
    #expect(
      lines(200)[0].hasSuffix("RELATIVE    ULPS") && lines(200)[1].contains("rhc_commands.joint_position[FL_hip_joint]")
    )
    #expect(!lines(112)[0].contains("WORST") && lines(112)[0].contains("ULPS"))
    let narrow = lines(86)
    #expect(narrow.allSatisfy { $0.count <= 86 })
    #expect(narrow[1].contains("joint_position[FL_hip_joint]") && narrow[0].contains("RECORDED"))
  }

  @Test("nothing compared is no success")
  func nothing() {
    var report = report
    report.compared = 0
    #expect(!report.isSame)
    #expect(text(report) == "✗ no step was compared\n")
  }
}
