import ControlCluster
import Testing

@testable import ccluster_simulator

@Suite("The simulator's report")
struct RunReportTests {
  private func report(tolerance: Double? = nil) -> RunReport {
    var times = StepTimes()
    for nanoseconds in 1...1000 as ClosedRange<UInt64> { times.record(nanoseconds: nanoseconds * 100) }
    return RunReport(
      cluster: "go2", controllers: 16, steps: 1000, simulatedTime: 20, wallTime: 0.75, stepTimes: times,
      error: TrackingError(maximum: 0.00213, rootMeanSquare: 4.56e-7, robot: 3, joint: 1), startError: 0.2,
      worstJoint: "FL_calf_joint", tolerance: tolerance, failed: 0, late: 12, died: 1)
  }

  @Test("the text is aligned, and says where the worst joint is")
  func text() {
    #expect(
      report(tolerance: 0.01).text == """
        go2: 16 controllers
          cluster steps              1000
          simulated time           20.000 s
          wall time                 0.750 s
          real-time factor          26.67 ×
          step time, median          50.2 µs
          step time, p99             99.3 µs
          step time, max            100.0 µs
          tracking error, start     0.200 rad or m
          tracking error, rms    4.56e-07 rad or m
          tracking error, max     0.00213 rad or m, within 0.0100
          worst joint                     FL_calf_joint of controller 3
          solves failed                 0
          solves late                  12
          controllers died              1
        """)
  }

  @Test("the JSON object is one line with all figures in seconds and rad")
  func json() throws {
    let line = report(tolerance: 0.002).json.compact
    #expect(!line.contains("\n"))
    let value = try JSONValue(parsing: line)
    #expect(value["cluster"] == "go2")
    #expect(value["wall_time"]?.number == 0.75)
    #expect(abs(try #require(value[path: "step_time.max"]?.number) - 100e-6) < 1e-12)
    #expect(value[path: "tracking_error.joint"] == "FL_calf_joint")
    #expect(value[path: "tracking_error.controller"] == 3)
    #expect(value[path: "tracking_error.within_tolerance"] == false)
    #expect(value["solves"] == ["failed": 0, "late": 12, "died": 1])
    #expect(report().json[path: "tracking_error.tolerance"] == .null)
  }

  @Test("a lost joint is beyond any tolerance")
  func notFinite() {
    var lost = report(tolerance: .greatestFiniteMagnitude)
    lost.error.maximum = .nan
    #expect(!lost.isWithinTolerance)
    #expect(lost.text.contains("nan"))
    #expect(report().isWithinTolerance)
  }

  @Test("quantiles are within 0.8 % of the exact ones, over nine decades")
  func quantiles() {
    var random = SplitMix64(seed: 5)
    var times = StepTimes()
    var exact: [UInt64] = []
    for _ in 0..<20_000 {
      let magnitude = UInt64.random(in: 0...30, using: &random)
      let value = UInt64.random(in: 0...(1 << magnitude), using: &random)
      times.record(nanoseconds: value)
      exact.append(value)
    }
    exact.sort()
    for share in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
      let expected = Double(exact[Int((share * 20_000).rounded(.up)) - 1])
      let found = Double(times.quantile(share))
      #expect(found >= expected && found <= expected * 1.008 + 1e-9, "\(share)")
    }
    #expect(times.quantile(1) == exact.last)
    #expect(times.maximum == exact.last)
    #expect(StepTimes().quantile(0.5) == 0)
    times.record(nanoseconds: .max)
    #expect(times.quantile(1) == .max)
  }

  @Test(
    "numbers are rounded to the digits asked for",
    arguments: [
      (0, 2, "0.00"), (1.005, 1, "1.0"), (0.996, 2, "1.00"), (-0.001, 2, "0.00"), (-12.345, 1, "-12.3"), (7, 0, "7"),
      (1e300, 2, "1e+300"), (.nan, 1, "nan"),
    ] as [(Double, Int, String)])
  func fixed(value: Double, digits: Int, text: String) {
    #expect(Quantity.fixed(value, digits) == text)
  }

  @Test(
    "three significant digits, with an exponent only where zeros would hide them",
    arguments: [
      (0, "0"), (1, "1.00"), (0.0123456, "0.0123"), (0.000123, "0.000123"), (0.0000123, "1.23e-05"),
      (9.999e-7, "1.00e-06"), (123.4, "123"), (9994, "9994"), (9999, "1.00e+04"), (12345, "1.23e+04"), (-0.5, "-0.500"),
      (.infinity, "inf"), (.nan, "nan"),
    ] as [(Double, String)])
  func short(value: Double, text: String) {
    #expect(Quantity.short(value) == text)
  }
}
