import BuiltInPrograms
import ControlCluster
import Glibc

/// What stands in a recording beside its messages: FORMAT.md.
struct RecordingMetadata {
  let segment: Segment
  let options: RecordingOptions
  let buffers: [String]
  let controllers: [Int]
  /// Of ccluster.
  let version: String

  static let formatVersion = "1"

  func write(into writer: MCAPWriter, at time: UInt64) throws(ClusterError) {
    let run = files
    try writer.write(metadata: "ccluster", facts(run["run.json"].flatMap { try? JSONValue(parsing: $0) }))
    try writer.write(metadata: "ccluster.config", [("config", segment.blueprint.config)])
    try writer.write(
      attachment: "config.yaml", "application/yaml", run["config.yaml"] ?? segment.blueprint.config, at: time)
    try writer.write(
      attachment: "description.json", "application/json", segment.blueprint.description, at: time)
    for (name, type) in [
      ("plan.json", "application/json"), ("plan.txt", "text/plain"), ("run.json", "application/json"),
    ] {
      if let text = run[name] { try writer.write(attachment: name, type, text, at: time) }
    }
  }

  private func facts(_ run: JSONValue?) -> [(key: String, value: String)] {
    var machine = utsname()
    uname(&machine)
    let cluster = segment.cluster
    var facts: [(key: String, value: String)] = [
      ("format", Self.formatVersion), ("name", SegmentName.namespace(of: segment.name)), ("segment", segment.name),
      ("layout_hash", Self.hexadecimal(segment.layout.hash)), ("abi", "\(SegmentABI.major).\(SegmentABI.minor)"),
      ("version", version), ("robot", cluster.robot.name), ("robot_version", cluster.robot.version),
      ("controllers", "\(cluster.controllers.count)"), ("cluster_dt", "\(cluster.timing.clusterDt)"),
      ("simulation_dt", "\(cluster.timing.simulationDt)"), ("recorded", WallClock.now().text),
    ]
    switch options.rate {
    case .every(let number): facts += [("every", "\(number)"), ("hz", "")]
    case .frequency(let hz): facts += [("every", ""), ("hz", "\(hz)")]
    }
    facts += [
      ("buffers", buffers.joined(separator: ",")), ("ros2", controllers.map(String.init).joined(separator: ",")),
      ("host", Self.text(machine.nodename)),
      ("kernel", "\(Self.text(machine.sysname)) \(Self.text(machine.release)) \(Self.text(machine.machine))"),
    ]
    if let revision = run?[path: "git.revision"]?.string {
      facts += [("git_revision", revision), ("git_dirty", "\(run?[path: "git.dirty"]?.bool ?? false)")]
    }
    return facts
  }

  /// What the run directory says of the run, by file.
  private var files: [String: String] {
    guard !options.runDirectory.isEmpty else { return [:] }
    var files: [String: String] = [:]
    for name in ["config.yaml", "plan.json", "plan.txt", "run.json"] {
      files[name] = System.contents(of: "\(options.runDirectory)/\(name)", limit: 64 << 20)
    }
    return files
  }

  private static func hexadecimal(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func text<Bytes>(_ bytes: Bytes) -> String {
    withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
