import ClusterPlan
import ControlCluster
import Glibc

/// What ran where, and from what: `run.json` of a run directory, written before anything starts.
///
/// ```json
/// {"version": 1, "name": "go2", "segment": "/ccluster.1000.go2", "launcher": 4711,
///  "started": "2026-11-25T22:10:05.123Z", "command": ["ccluster", "launch", "cluster.yaml"], "directory": "/home/ann",
///  "files": ["/home/ann/cluster.yaml"], "git": {"revision": "5f0c…", "dirty": false},
///  "versions": {"ccluster": "0.1.0", "memory": 2, "layout": "0x5a…"},
///  "machine": {"host": "ws1", "kernel": "Linux 6.1.0 x86_64", "cores": [0, 1], "memory": 8192000000,
///   "shared_memory": 4096000000, "limits": {"descriptors": 1024, "processes": 31000, "locked_memory": 8388608,
///   "realtime_priority": 0}}}
/// ```
///
/// Bytes; a limit is the soft one, and `null` where there is none. `git` is `null` outside a repository.
public struct RunFacts: Sendable {
  public static let fileName = "run.json"
  private static let version = 1

  public let json: JSONValue

  /// - Parameters:
  ///   - name: What the cluster is found by.
  ///   - files: That the config was read from, itself first.
  init(_ plan: ClusterPlan, name: String, files: [String], started: WallClock) {
    let revision = ConfigRevision.of(files)
    json = [
      "version": .integer(Self.version), "name": .string(name), "segment": .string(SegmentName.of(name)),
      "launcher": .integer(Int(getpid())), "started": .string(started.text),
      "command": .array(CommandLine.arguments.map(JSONValue.string)),
      "directory": System.realPath(".").map(JSONValue.string) ?? .null, "files": .array(files.map(JSONValue.string)),
      "git": revision.map { ["revision": .string($0.revision), "dirty": .bool($0.isDirty)] } ?? .null,
      "versions": [
        "ccluster": .string(Programs.version), "memory": .integer(Int(SegmentABI.major)),
        "layout": .string("0x" + String(plan.blueprint.layout.hash, radix: 16)),
      ],
      "machine": Self.machine,
    ]
  }

  /// `nil` for what no `ccluster` of this version wrote.
  init?(parsing text: String) {
    guard let json = try? JSONValue(parsing: text), json["version"]?.int == Self.version, json["launcher"]?.int != nil,
      json["name"]?.string != nil
    else { return nil }
    self.json = json
  }

  public var name: String { json["name"]?.string ?? "" }
  /// The cluster.yaml.
  public var config: String? { json["files"]?[0]?.string }
  public var started: String { json["started"]?.string ?? "" }

  private static var machine: JSONValue {
    var system = utsname()
    uname(&system)
    func text<Bytes>(_ bytes: Bytes) -> String {
      withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    var memory = statvfs()
    let shared = statvfs("/dev/shm", &memory) == 0 ? Int(clamping: memory.f_blocks &* memory.f_frsize) : nil
    return [
      "host": .string(text(system.nodename)),
      "kernel": .string("\(text(system.sysname)) \(text(system.release)) \(text(system.machine))"),
      "cores": .array(HerePlacement.Machine.current().cores.map(JSONValue.integer)),
      "memory": .integer(sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))),
      "shared_memory": shared.map(JSONValue.integer) ?? .null,
      "limits": [
        "descriptors": limit("Max open files"), "processes": limit("Max processes"),
        "locked_memory": limit("Max locked memory"), "realtime_priority": limit("Max realtime priority"),
      ],
    ]
  }

  /// The soft limit of that name in /proc/self/limits (proc(5)).
  private static func limit(_ name: String) -> JSONValue {
    let lines = (System.contents(of: "/proc/self/limits") ?? "").split(separator: "\n")
    let line = lines.first { $0.hasPrefix(name) }
    return line?.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }.map(JSONValue.integer) ?? .null
  }
}

extension RunDirectory {
  /// `nil` where no launch has written any.
  public var facts: RunFacts? { System.contents(of: factsFile).flatMap(RunFacts.init(parsing:)) }
}
