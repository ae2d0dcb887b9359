import ClusterConfig
import ControlCluster
import Glibc
import Testing

@testable import ClusterLaunch

@Suite("Logs read while they are written and put aside")
struct LogReaderTests {
  private static func withRun(_ body: (RunDirectory) throws -> Void) throws {
    var template = Array("/tmp/ccluster-read-XXXXXX".utf8CString)
    let run = RunDirectory(String(cString: try #require(mkdtemp(&template))))
    defer { FileTree.remove(run.path) }
    try RunDirectory(run.logs).create()
    try body(run)
  }

  private static func line(_ number: Int) -> String {
    let digits = String(1_000_000 + number).dropFirst()
    return LogLine.prefix(time: "2026-11-25T22:10:05.\(digits)Z", stream: .standardOutput) + "\(number)"
  }

  @Test(
    "each line comes once and in order, however often the reader looks while files are put aside",
    arguments: [UInt64(1), 2, 3, 4, 5])
  func rotation(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    try Self.withRun { run in
      // Two logs, and enough files that the reader, who looks rarely, is never left behind.
      let files = ["a", "b"].map { RotatingFile("\(run.logs)/\($0).log", .init(size: 400, keep: 60)) }
      let reader = LogReader(run)
      var seen: [String: [Int]] = [:]
      func look() {
        var last = ""
        reader.read { record in
          #expect(record.time.text >= last)
          last = record.time.text
          seen[record.process, default: []].append(Int(record.text) ?? -1)
        }
      }
      var written: [String: [Int]] = [:]
      for number in 0..<1000 {
        let which = Int(random.next() % 2)
        files[which].append(Self.line(number))
        written[["a", "b"][which], default: []].append(number)
        if random.next() % 5 == 0 { for file in files where file.hasPending { try file.flush() } }
        if random.next() % 40 == 0 { look() }
      }
      for file in files where file.hasPending { try file.flush() }
      look()
      #expect(seen == written, "seed \(seed)")
    }
  }

  @Test("a reader that was left behind goes on with what there is") func leftBehind() throws {
    try Self.withRun { run in
      let file = RotatingFile("\(run.logs)/a.log", .init(size: 100, keep: 1))
      let reader = LogReader(run)
      var seen: [Int] = []
      for number in 0..<50 {
        file.append(Self.line(number))
        try file.flush()
        if number == 1 { reader.read { seen.append(Int($0.text) ?? -1) } }
      }
      reader.read { seen.append(Int($0.text) ?? -1) }
      #expect(seen.prefix(2) == [0, 1] && seen.last == 49 && seen == seen.sorted() && Set(seen).count == seen.count)
    }
  }

  @Test("what is no line of ours is left out, and the rest is read") func torn() throws {
    try Self.withRun { run in
      let text =
        [Self.line(1), "half of a li", "", "x y z", Self.line(2) + " more  words "].joined(separator: "\n") + "\n"
      try NewFile("\(run.logs)/a.log").write(text, replacing: false)
      var seen: [String] = []
      LogReader(run).read { seen.append($0.text) }
      #expect(seen == ["1", "2 more  words "])
    }
  }

  @Test("chosen processes come with the events about them") func chosen() throws {
    try Self.withRun { run in
      for name in ["a", "b"] {
        try NewFile("\(run.logs)/\(name).log").write(Self.line(name == "a" ? 1 : 2) + "\n", replacing: false)
      }
      let events = [
        EventRecord(.started(process: "a", pid: 7)), EventRecord(.started(process: "b", pid: 8)), EventRecord(.running),
      ]
      let lines = events.compactMap { $0?.json.compact }.joined(separator: "\n") + "\n"
      try NewFile(run.events).write(lines, replacing: false)
      func texts(_ processes: [String]) -> Set<String> {
        var texts: Set<String> = []
        LogReader(run, processes: processes).read { texts.insert($0.text) }
        return texts
      }
      #expect(texts(["a"]) == ["1", "a is process 7"])
      #expect(texts([LogRecord.launcher]) == ["a is process 7", "b is process 8", "the cluster runs"])
      #expect(texts([]).count == 5)
    }
  }

  @Test("times of day are those of this machine") func timeOfDay() {
    setenv("TZ", "UTC", 1)
    tzset()
    #expect(WallClock(text: "2026-11-25T22:10:05.123456Z").timeOfDay == "22:10:05.123")
  }

  private struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
