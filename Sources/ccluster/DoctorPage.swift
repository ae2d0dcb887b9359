import ClusterLaunch
import ControlCluster

/// What `doctor` prints.
struct DoctorPage {
  private let examination: Examination
  private let findings: [Finding]

  init(_ examination: Examination) {
    self.examination = examination
    findings = examination.findings
  }

  var worst: Finding.Severity { findings.map(\.severity).max() ?? .ok }

  var json: JSONValue {
    .object([
      .init(key: "worst", value: .string(worst.rawValue)),
      .init(key: "findings", value: .array(findings.map(\.json))),
      .init(key: "needs", value: examination.demand?.json ?? .null),
      .init(key: "facts", value: examination.facts.json),
    ])
  }

  /// A line a finding; below those that are not ok, why it matters and what mends it.
  func text(on terminal: Terminal) -> String {
    let width = findings.map(\.topic.rawValue.count).max() ?? 0
    var lines: [String] = []
    for finding in findings {
      let topic = finding.topic.rawValue
      let space = String(repeating: " ", count: width - topic.count)
      let (mark, style) = Self.mark(finding.severity)
      lines.append("\(terminal.styled(mark, style)) \(topic)\(space)  \(finding.value)")
      let indent = String(repeating: " ", count: width + 4)
      if let place = finding.place { lines.append(indent + terminal.styled(place, .dim)) }
      if !finding.reason.isEmpty {
        lines += Self.wrapped(finding.reason, to: max(40, terminal.width - indent.count)).map { indent + $0 }
      }
      // Never wrapped: it is to be copied.
      if let cure = finding.cure { lines.append(indent + terminal.styled("$ \(cure)", .cyan)) }
    }
    return (lines + [closing(terminal)]).map { "\($0)\n" }.joined()
  }

  private func closing(_ terminal: Terminal) -> String {
    let counts = [(Finding.Severity.error, "error"), (.warning, "warning"), (.note, "note")].compactMap {
      severity, noun -> String? in
      let count = findings.count { $0.severity == severity }
      return count > 0 ? Quantity.count(count, noun) : nil
    }
    let subject = examination.demand == nil ? "this machine" : "this config on this machine"
    return "\(subject): \(counts.isEmpty ? "nothing to mend" : counts.joined(separator: ", "))"
  }

  private static func mark(_ severity: Finding.Severity) -> (String, Terminal.Style) {
    switch severity {
    case .ok: ("✓", .green)
    case .note: ("·", .cyan)
    case .warning: ("!", .yellow)
    case .error: ("✗", .red)
    }
  }

  static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
