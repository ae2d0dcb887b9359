import Glibc
import Testing

@testable import ClusterLaunch

@Suite("Units and scripts for others to run")
struct ExportTests {
  private func command(
    _ arguments: [String] = ["/robots/cluster.yaml"], directory: String = "/home/ada",
    environment: [(name: String, value: String)] = []
  ) -> LaunchCommand {
    LaunchCommand(
      executable: "/opt/my tools/ccluster", arguments: arguments, directory: directory, environment: environment)
  }

  private func unit(_ command: LaunchCommand, _ overrides: [String] = []) throws -> [String: [String]] {
    let text = try SystemdUnit(Go2.plan(overrides), name: "go2", command: command, origin: "made\nhere").text
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") && $0.contains("=") }
    return Dictionary(grouping: lines) { String($0.prefix { $0 != "=" }) }
      .mapValues { $0.map { String($0.drop { $0 != "=" }.dropFirst()) } }
  }

  @Test("a unit is ready when the launcher says so, ends in order, and has the time and limits that its plan takes")
  func unit() throws {
    let unit = try unit(command())
    #expect(unit["Type"] == ["notify"] && unit["NotifyAccess"] == ["main"] && unit["KillMode"] == ["mixed"])
    #expect(unit["ExecStart"] == [#""/opt/my tools/ccluster" launch /robots/cluster.yaml"#])
    #expect(unit["WorkingDirectory"] == ["/home/ada"])
    #expect(unit["TimeoutStartSec"] == ["190"], "startup_timeout and ten seconds")
    #expect(Int(unit["TimeoutStopSec"]?[0] ?? "").map(Double.init) ?? 0 >= Supervisor.grace * 3 + Supervisor.closeGrace)
    #expect(unit["SuccessExitStatus"] == ["129 130 138 143"])
    #expect(unit["LimitNOFILE"] == ["1024:524288"])
    #expect(unit["LimitRTPRIO"] == nil && unit["LimitMEMLOCK"] == nil && unit["LimitNICE"] == nil)
    let asked = try self.unit(
      command(),
      [
        "controllers.scheduling={policy: rr, priority: 30}", "simulator.scheduling={nice: -7}",
        "controllers.count=4096", "controllers.startup_timeout=20min",
      ])
    #expect(asked["LimitRTPRIO"] == ["30"] && asked["LimitMEMLOCK"] == ["infinity"] && asked["LimitNICE"] == ["-7"])
    #expect(asked["TimeoutStartSec"] == ["1210"])
    #expect(try self.unit(command(), ["controllers.count=200000"])["LimitNOFILE"] == ["1024:800040"])
  }

  @Test(
    "words of a unit are read back as they were",
    arguments: [
      ("plain-word_1.yaml", "plain-word_1.yaml"), ("", #""""#), ("a b", #""a b""#), ("50%", #""50%%""#),
      ("$HOME/${X}", #""$$HOME/$${X}""#), (#"say "hi""#, #""say \"hi\"""#), (#"back\slash"#, #""back\\slash""#),
      ("it's", #""it's""#), (";", #"";""#), ("tab\tline\nbell\u{7}", #""tab\tline\nbell\x07""#), ("é", "\"é\""),
    ])
  func words(word: String, expected: String) throws { #expect(try SystemdUnit.argument(word) == expected) }

  @Test("directories and variables are escaped in their own ways; what a unit cannot say is refused")
  func paths() throws {
    let unit = try unit(
      command(directory: "/a b/100%/$x", environment: [("PATH", "/bin:/my tools"), ("X", "1%$")]))
    #expect(unit["WorkingDirectory"] == ["/a b/100%%/$x"])
    #expect(unit["Environment"] == [#""PATH=/bin:/my tools""#, #""X=1%%$""#])
    for directory in ["/a\nb", "/a\\", "/a "] {
      #expect(throws: ExportError.self) { try self.unit(command(directory: directory)) }
    }
    #expect(throws: ExportError.self) { try self.unit(command(["a\0b"])) }
  }

  private func script(
    _ overrides: [String] = [], _ command: LaunchCommand? = nil,
    _ change: (inout SlurmScript.Options) -> Void = { _ in }
  ) throws -> String {
    var options = SlurmScript.Options()
    change(&options)
    return try SlurmScript(
      Go2.plan(overrides), name: "go2", command: command ?? self.command(), origin: "made here", options: options
    ).text
  }

  private func directive(_ name: String, _ text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix("#SBATCH --\(name)=") }.map {
      String($0.drop { $0 != "=" }.dropFirst())
    }
  }

  @Test("a script asks for one task with the plan's cores and memory, and to be told a minute before its limit")
  func script() throws {
    let text = try script(["controllers.count=10", "controllers.per_process=2", "controllers.threads=3"]) {
      $0.time = WallTime("2h")
    }
    #expect(directive("ntasks", text) == "1" && directive("nodes", text) == "1")
    #expect(directive("cpus-per-task", text) == "16", "five workers of three threads, and the simulator")
    #expect(directive("mem", text) == "37M", "nine processes of ours, and less than a MiB of shared memory")
    #expect(directive("time", text) == "02:00:00" && directive("signal", text) == "B:USR1@60")
    #expect(
      text.hasSuffix(
        "\nexec '/opt/my tools/ccluster' launch /robots/cluster.yaml --run-dir go2-\"$SLURM_JOB_ID\"\n"))
    let own = try script(["controllers.count=3", "controllers.program={command: [/bin/true]}"]) {
      $0.memoryOfOthers = 100 << 20
      $0.cores = 2
    }
    #expect(directive("mem", own) == "317M", "three of 100 MiB, four of ours, the shared memory")
    #expect(directive("cpus-per-task", own) == "2" && directive("time", own) == nil)
  }

  @Test("a script's words reach the launcher as they were; its limit must leave time before the signal")
  func scriptWords() throws {
    let text = try script([], command(["it's $x"], directory: "/a 'b'", environment: [("X", "1 2")]))
    #expect(text.contains("\ncd '/a '\\''b'\\''' || exit 1\nexport X='1 2'\n"))
    #expect(text.contains(" launch 'it'\\''s $x' --run-dir"))
    #expect(throws: ExportError.tooShort(seconds: 60, least: 60)) { try script { $0.time = WallTime("1") } }
    #expect(try directive("time", script { $0.time = WallTime("61s") }) == "00:01:01")
  }

  @Test("a job has a node for each host that has controllers")
  func nodes() throws {
    let text = try script(["hosts=[a, b, c]"])
    #expect(directive("nodes", text) == "3" && directive("ntasks-per-node", text) == "1")
    #expect(directive("nodelist", text) == "a,b,c" && directive("ntasks", text) == nil)
    #expect(try directive("nodes", script(["hosts=[localhost]"])) == "1")
  }

  @Test(
    "time limits as sbatch takes them, and with a unit",
    arguments: [
      ("30", 1800), ("30:15", 1815), ("1:30:00", 5400), ("2-0", 172_800), ("2-12:30", 217_800), ("1-00:00:05", 86_405),
      ("90min", 5400), ("12h", 43_200), ("2d", 172_800), ("1.5h", 5400), ("61s", 61), ("", nil), ("0", nil),
      ("1:2:3:4", nil),
      ("-1", nil), ("x", nil), ("1-", nil), ("h", nil), ("-5h", nil), ("1:-2", nil), ("infh", nil), ("9999999", nil),
    ] as [(String, Int?)])
  func times(text: String, seconds: Int?) { #expect(WallTime(text)?.seconds == seconds) }

  @Test("a time limit is written so that it is read as the same", arguments: [1, 61, 3600, 86_399, 86_400, 1_000_000])
  func timeText(seconds: Int) { #expect(WallTime(WallTime(seconds: seconds).text)?.seconds == seconds) }

  @Test(
    "what a launch reads of its environment goes with it: variables of values, and PATH where programs are looked up")
  func environment() throws {
    let values = ["PATH": "/bin", "CCLUSTER_CONFIG_PATH": "/c", "COUNT": "3", "OTHER": "x"]
    setenv("COUNT", "3", 1)
    let plain = try Go2.load().environmentRead { values[$0] }
    #expect(plain.map(\.name) == ["CCLUSTER_CONFIG_PATH"])
    let all = try Go2.load(["controllers.count=${env:COUNT}", "simulator.program={command: [sim]}"])
    #expect(all.environmentRead { values[$0] }.map(\.name) == ["CCLUSTER_CONFIG_PATH", "COUNT", "PATH"])
  }
}
