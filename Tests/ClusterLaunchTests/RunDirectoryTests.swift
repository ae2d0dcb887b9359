import ClusterConfig
import ClusterObserve
import ControlCluster
import Glibc
import Testing

@testable import ClusterLaunch

@Suite struct RunDirectoryTests {
  @Test(
    "a point's directory has its number and values, in letters that are safe everywhere",
    arguments: [
      (["controllers.count=16", "horizon.nodes=21"], 6, "001-controllers.count=16,horizon.nodes=21"),
      (["a=[1, 2]"], 6, "001-a=_1,_2_"), (["a=\"../x/y\""], 6, "001-a=_.._x_y_"), (["a=é/"], 1000, "0001-a=__"),
    ])
  func pointNames(arguments: [String], total: Int, expected: String) throws {
    let point = try #require(try Sweep(arguments).points.first)
    #expect(SweepPoint.directoryName(point, of: total) == expected)
  }

  @Test("a name that would be too long is cut, its number stays") func longName() throws {
    let point = try #require(try Sweep(["a=" + String(repeating: "x", count: 1000)]).points.first)
    let name = SweepPoint.directoryName(point, of: 3)
    #expect(name.hasPrefix("001-a=xxx") && name.utf8.count < 200)
  }

  @Test("a summary reads as what was written", arguments: [true, false]) func summary(hasSteps: Bool) throws {
    let figures = StepFigures(
      steps: 1000, rate: 5000.5, realTimeFactor: 100, median: 1.5e-4, p99: 3e-4, failed: 1, dead: 2, late: 3)
    let summary = RunSummary(
      name: "go2", point: [.init(key: "a.b", value: 3)], status: 137, reason: hasSteps ? nil : "a \"reason\"",
      started: .now(), seconds: 1.25, figures: hasSteps ? figures : nil)
    #expect(RunSummary(try JSONValue(parsing: summary.json.pretty)) == summary)
  }

  @Test("what is no summary of this version is none", arguments: ["{}", "[]", "{\"version\": 2}", "3"])
  func noSummary(text: String) throws {
    #expect(RunSummary(try JSONValue(parsing: text)) == nil)
  }

  @Test("a moment is shown in UTC, as ISO 8601 with milliseconds, and moments sort") func clock() {
    let (first, second) = (WallClock.now().text, WallClock.now().text)
    #expect(first.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    #expect(first <= second)
  }

  @Test("what differs between a sweep and its continuation is said") func requests() throws {
    let sweep = try Sweep(["a=1,2"])
    let request = SweepRequest(files: ["/f.yaml"], sweep: sweep, duration: nil, runsSimulator: true)
    #expect(SweepRequest(try JSONValue(parsing: JSONValue.object(request.members).compact)) == request)
    #expect(request.difference(to: request) == nil)
    func difference(_ change: (inout SweepRequest) throws -> Void) rethrows -> String? {
      var other = request
      try change(&other)
      return request.difference(to: other)
    }
    let axes = try SweepRequest(files: [], sweep: Sweep(["a=1,3"]), duration: nil, runsSimulator: true).axes
    #expect(difference { $0.axes = axes } == "its axes were '--sweep a=1,2', and now they are '--sweep a=1,3'")
    #expect(difference { $0.duration = 10 }?.contains("10.0 s") == true)
    #expect(difference { $0.runsSimulator = false }?.contains("--no-simulator") == true)
    #expect(difference { $0.files = ["/g.yaml"] }?.contains("/g.yaml") == true)
  }

  @Test("who has a sweep open is alone with it, and a directory that holds one is not begun anew") func lock() throws {
    var template = Array("/tmp/ccluster-sweep-XXXXXX".utf8CString)
    let made = try #require(mkdtemp(&template))
    let path = String(cString: made) + "/x/y"
    defer {
      for name in ["/x/y/sweep.json", "/x/y", "/x", ""] { remove(String(cString: made) + name) }
    }
    let request = try SweepRequest(files: ["/f"], sweep: Sweep(["a=1"]), duration: nil, runsSimulator: true)
    let state = SweepDirectory.State(name: "n", request: request, jobs: 1, points: [])
    do {
      let first = try SweepDirectory.create(path, name: "n")
      try first.write(state)
      #expect { try SweepDirectory.resume(path, name: "n", request) } throws: { "\($0)".contains("another ccluster") }
    }
    #expect { try SweepDirectory.create(path, name: "n") } throws: { "\($0)".contains("--resume") }
    _ = try SweepDirectory.resume(path, name: "n", request)
    var other = request
    other.duration = 3
    #expect { try SweepDirectory.resume(path, name: "n", other) } throws: { "\($0)".contains("cannot be continued") }
  }
}
