import ClusterPlan
import ControlCluster

extension ReplayReport {
  public enum Style: Sendable {
    case good, bad, warning, dim, title
  }

  /// For people: the verdict, what failed, and a table of what differs, the worst first.
  /// - Parameters:
  ///   - width: see ``TextTable/text(indent:width:style:)``.
  ///   - limit: rows of the table.
  public func text(width: Int? = nil, limit: Int, _ styled: (String, Style) -> String) -> String {
    var lines = verdict.map { styled($0.mark, $0.style) + " " + $0.text }
    lines += outcomes.map { outcome in
      styled(outcome.isSame ? "!" : "✗", outcome.isSame ? .warning : .bad) + " " + outcome.text
    }
    var text = lines.joined(separator: "\n") + "\n"
    if !differences.isEmpty { text += "\n" + table(width, limit, styled) }
    if !notes.isEmpty {
      text += "\n" + notes.map { styled("note:", .dim) + " " + $0 + "\n" }.joined()
    }
    return text
  }

  private struct Line {
    var mark: String
    var style: Style
    var text: String
  }

  private var verdict: [Line] {
    var lines: [Line] = []
    let who = Quantity.count(controllers.count, "controller")
    if compared == 0 {
      lines.append(Line(mark: "✗", style: .bad, text: "no step was compared"))
    } else if differences.isEmpty && outcomes.allSatisfy(\.isSame) {
      let how = tolerance.isExact ? "the same to the bit" : "the same within \(tolerance.text)"
      lines.append(
        Line(
          mark: "✓", style: .good,
          text: "\(how): \(Quantity.count(compared, "step")) of \(who), \(Quantity.thousands(values)) values"))
    } else {
      let found = firstDifference.map { ", first \($0)" } ?? ""
      lines.append(
        Line(
          mark: "✗", style: .bad,
          text: "\(Quantity.thousands(different)) of \(Quantity.count(compared, "step")) of \(who) differ\(found)"))
    }
    if let problem { lines.append(Line(mark: "✗", style: .bad, text: problem)) }
    return lines
  }

  /// When and where it began: `in step 412 (8.240 s): controller 3, FL_hip_joint of rhc_commands.joint_position`.
  private var firstDifference: String? {
    let value = differences.min { $0.first.step < $1.first.step }
    let outcome = outcomes.first { !$0.isSame }
    if let value, outcome.map({ value.first.step < $0.moment.step }) ?? true {
      let size = value.first == value.worst ? ", by \(value.size)" : ""
      return "in \(value.first.text): controller \(value.controller), \(value.name)\(size)"
    }
    return outcome.map { "in \($0.moment.text): controller \($0.controller) \($0.words)" }
  }

  private func table(_ width: Int?, _ limit: Int, _ styled: (String, Style) -> String) -> String {
    let shown = differences.prefix(limit)
    let columns = DifferenceColumn.fitting(shown, into: width)
    var table = TextTable(columns.map { ($0.rawValue, $0 == .value ? .path : .right) })
    for difference in shown { table.add(columns.map { $0.cell(of: difference) }) }
    let text = table.text(width: width) { cell, row, _ in row < 0 ? styled(cell, .title) : cell }
    let left = differences.count - shown.count
    return text + (left > 0 ? "  … and \(Quantity.count(left, "value")) more\n" : "")
  }
}

extension ReplayReport.Outcome {
  /// Goes on after the controller's name.
  var words: String {
    switch (recorded, replayed) {
    case ("late", _): return "was late in the recording, and is compared with nothing there"
    case (let both, let other) where both == other: return "\(Self.past(both)), as it had"
    default: return "\(Self.past(recorded)) in the recording, and \(Self.past(replayed)) now"
    }
  }

  var text: String {
    let more = steps > 1 ? ", and in \(Quantity.count(steps - 1, "more step"))" : ""
    return "controller \(controller), \(moment.text): it \(words)\(more)\(reason)"
  }

  private var reason: String {
    switch (recordedMessage, replayedMessage) {
    case ("", ""): ""
    case (let then, let now) where then == now: ": \(now)"
    case (let then, ""): "; it had said: \(then)"
    case ("", let now): "; it says: \(now)"
    case (let then, let now): ": \(now); it had said: \(then)"
    }
  }

  private static func past(_ outcome: String) -> String {
    switch outcome {
    case "failed": "failed to solve"
    case "late": "was late"
    case "free": "took no part"
    default: outcome
    }
  }
}

extension ReplayReport.Difference {
  /// `0.00100 rad`
  var size: String { Quantity.short(value.absolute) + (unit.isEmpty ? "" : " \(unit)") }

  /// With all digits that its type has.
  func text(of value: Double) -> String {
    switch type {
    case .f32: "\(Float(value))"
    case .f64: "\(value)"
    default: value.magnitude < 9e15 ? "\(Int(value))" : "\(value)"
    }
  }
}

extension Tolerance {
  /// `0.001`, `1e-06 of the value`, or both.
  var text: String {
    [absolute.map { "\($0)" }, relative.map { "\($0) of the value" }].compactMap { $0 }.joined(separator: " or ")
  }
}
