import ClusterConfig
import ClusterPlan
import ControlCluster

/// A user unit of systemd that runs a cluster; see systemd.service(5).
public struct SystemdUnit {
  public let text: String

  /// For a busy machine. s
  private static let margin = 10.0

  /// - Parameters:
  ///   - name: What the run is called.
  ///   - origin: The command that writes this.
  public init(_ plan: ClusterPlan, name: String, command: LaunchCommand, origin: String) throws(ExportError) {
    let config = plan.config
    let demand = RunDemand(plan, name: name)
    var service = [
      ("Type", "notify"), ("NotifyAccess", "main"),
      ("WorkingDirectory", try Self.path(command.directory)),
    ]
    for variable in command.environment {
      service.append(("Environment", try Self.word("\(variable.name)=\(variable.value)")))
    }
    let words = try command.arguments.map { word throws(ExportError) in try Self.argument(word) }
    service += [
      ("ExecStart", ([try Self.word(command.executable), "launch"] + words).joined(separator: " ")),
      ("TimeoutStartSec", Self.seconds(plan.startupTimeout + Self.margin)),
    ]
    let stopping: [(String, String)] = [
      ("KillMode", "mixed"),
      (
        "TimeoutStopSec",
        Self.seconds(Supervisor.stopLimit(extras: config.processes.count) + Self.margin)
      ),
      // The launcher says by which signal it was ended, as a shell does.
      ("SuccessExitStatus", "129 130 138 143"),
      // Soft as programs expect it, hard as the launcher needs it.
      ("LimitNOFILE", "1024:\(max(demand.descriptors, Self.usualHardDescriptors))"),
      ("TasksMax", "infinity"),
    ]
    service += stopping
    if demand.realTimePriority > 0 {
      service += [("LimitRTPRIO", "\(demand.realTimePriority)"), ("LimitMEMLOCK", "infinity")]
    }
    // A sign makes it a niceness, not the raw limit.
    if demand.nice < 0 { service.append(("LimitNICE", "\(demand.nice)")) }
    let controllers = Quantity.count(config.controllers.count, "controller")
    text = """
      # \(Self.comment(origin))
      #
      #   cp THIS ~/.config/systemd/user/\(name).service && systemctl --user daemon-reload
      #   systemctl --user start \(name)       returns when all controllers have registered
      #   systemctl --user status \(name)      step, rate, and the last lines that it printed
      #   systemctl --user stop \(name)        ends it in order
      #   loginctl enable-linger             lets it go on after the last logout

      [Unit]
      Description=\(Self.specifiersEscaped("ControlCluster \(name): \(controllers) for \(config.robot.name)"))

      [Service]
      \(service.map { "\($0.0)=\($0.1)" }.joined(separator: "\n"))

      [Install]
      WantedBy=default.target

      """
  }

  /// systemd's own since version 240, and what a user may have without asking.
  private static let usualHardDescriptors = 524_288

  private static func seconds(_ value: Double) -> String { "\(Int(value.rounded(.up)))" }

  // MARK: The unit file's language

  static func specifiersEscaped(_ text: String) -> String { text.replacing("%", with: "%%") }

  /// In quotes, with the escapes of C.
  static func word(_ text: String) throws(ExportError) -> String {
    try check(text)
    var result = "\""
    for scalar in specifiersEscaped(text).unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case let control where control.value < 0x20 || control.value == 0x7F:
        result += "\\x" + (control.value < 16 ? "0" : "") + String(control.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Behind the executable, variables are replaced as well.
  static func argument(_ text: String) throws(ExportError) -> String {
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'\\%$;".utf8.contains($0) }
    return isPlain && !text.isEmpty ? text : try word(text.replacing("$", with: "$$"))
  }

  /// The rest of a line, which knows no quotes.
  static func path(_ text: String) throws(ExportError) -> String {
    try check(text)
    if text.contains(where: \.isNewline) { throw .unspeakable(text, reason: "it has a line break") }
    if text.hasSuffix("\\") || text.hasSuffix(" ") {
      throw .unspeakable(text, reason: "systemd takes its last character for something else")
    }
    return specifiersEscaped(text)
  }

  private static func check(_ text: String) throws(ExportError) {
    if text.utf8.contains(0) { throw .unspeakable(text, reason: "it has a zero byte") }
  }

  private static func comment(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 }) + (text.hasSuffix("\\") ? " " : "")
  }
}
