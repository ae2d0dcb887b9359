import ArgumentParser
import ClusterConfig
import ClusterPlan
import ControlCluster

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what is wrong with configs, or in one line what they describe.")

  @Argument(
    help: ArgumentHelp("cluster.yaml files, each checked by itself.", valueName: "files"),
    completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(
    name: .customLong("overlay"), parsing: .singleValue,
    help: ArgumentHelp(
      "Lay this file over each of them, as further files of the other verbs are; may be repeated.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var overlays: [String] = []

  @OptionGroup var values: ValueOptions

  @OptionGroup var hosts: HostOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    var diagnostics: [Diagnostic] = []
    var isValid = true
    for file in files {
      do {
        let resolved = try values.load([file] + overlays, hosts: hosts.hosts)
        let plan = try? ClusterPlan(resolved.config, configText: resolved.yaml(withOrigins: false))
        let warnings = resolved.warnings + (plan.map { resolved.machineWarnings($0) } ?? [])
        diagnostics += warnings
        if !json {
          Terminal.error.tell(warnings)
          Terminal.output.print("\(file): \(Self.sentence(resolved.config))")
        }
      } catch {
        isValid = false
        diagnostics += error.diagnostics
        if !json { Terminal.error.tell(error) }
      }
    }
    if json {
      let object = JSONValue.object([
        .init(key: "valid", value: .bool(isValid)),
        .init(key: "diagnostics", value: .array(diagnostics.map(\.json))),
      ])
      Terminal.output.print(object.pretty)
    }
    if !isValid { throw ExitCode(2) }
    try Terminal.output.finish()
  }

  private static func sentence(_ config: ClusterConfig) -> String {
    let fields = config.buffers.reduce(0) { $0 + $1.fields.count }
    return "\(config.name): \(config.controllers.count) controllers for \(config.robot.name) with "
      + "\(config.robot.joints.count) joints and \(config.robot.contacts.count) contacts, "
      + "\(config.buffers.count) buffers with \(fields) fields"
      + (config.hosts.map { ", on \(Quantity.count($0.list.count, "host"))" } ?? "")
  }
}

extension Diagnostic {
  fileprivate var json: JSONValue {
    var entries: [JSONValue.Member] = [
      .init(key: "id", value: .string(id.rawValue)), .init(key: "severity", value: .string(severity.rawValue)),
      .init(key: "message", value: .string(message)),
    ]
    entries += location.entries
    entries.append(
      .init(
        key: "notes",
        value: .array(
          notes.map {
            .object([.init(key: "message", value: .string($0.message))] + ($0.location?.entries ?? []))
          })))
    return .object(entries)
  }
}

extension Diagnostic.Location {
  fileprivate var entries: [JSONValue.Member] {
    [
      .init(key: "file", value: .string(file)), .init(key: "line", value: .integer(start.line)),
      .init(key: "column", value: .integer(start.column)), .init(key: "end_line", value: .integer(end.line)),
      .init(key: "end_column", value: .integer(end.column)),
    ]
  }
}
