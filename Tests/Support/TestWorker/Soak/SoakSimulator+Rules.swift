import ControlCluster
import Glibc

// What a row must hold after a step.
extension SoakSimulator {
  /// How a slot stood before a step.
  struct Before {
    var row: SoakRow
    var snapshot: SlotSnapshot
    /// Its controller may have been writing the row while it was read.
    var isLate = false
  }

  /// What is wrong with a row, seeing how its slot stood before the step and stands now.
  typealias Rule = (_ row: SoakRow, _ before: Before, _ now: SlotSnapshot) -> String?

  /// What is wrong with a slot's row after a step. It is right at once, and stays so until the next.
  func check(_ slot: Int, _ rule: Rule) -> String? {
    seen[slot] = nil
    let now = client.segment.slotSnapshot(slot)
    let contents = client.rows(of: slot)
    let row = rows.read(slot)
    // A stopping cluster's deaths are not declared, so nobody fills what they leave.
    if now.status == .late || client.isStopping { return nil }
    if client.outcome(of: slot) != .late { seen[slot] = row }
    let before = before[slot]
    let wrong = rule(row, before, now) ?? (agrees(contents, row) ? nil : "it is said to be '\(contents)'")
    return wrong.map {
      "row \(slot) is \(row), \($0); asked \(asked), outcome \(client.outcome(of: slot)), before \(before), now \(now)"
    }
  }

  private func agrees(_ contents: RowContents, _ row: SoakRow) -> Bool {
    switch (contents, row) {
    case (.solved, .solved(asked, _)), (.held, .solved), (.stopped, .stopped), (.initial, .initial), (.unfinished, _):
      true
    default: false
    }
  }

  // MARK: The rules, by the outcome of the step

  func rule(for outcome: SlotStatus) -> Rule {
    switch outcome {
    case .solved:
      { [asked] row, before, now in
        // Deactivated after it was picked.
        if row == .initial { return nil }
        guard case .solved(asked, let process) = row else { return "it is reported solved" }
        // Otherwise by a process that has died since, or by its successor, let in before the step was handed out.
        let isSame = before.snapshot.state == .active && now.incarnation == before.snapshot.incarnation
        return isSame && process != Double(before.snapshot.pid) ? "another process has solved" : nil
      }
    case .failed, .died:
      { [onFailure, asked] row, before, now in
        // One that was late before may have come to its end in between.
        // Or it was reset by a request before.
        var lasts = (before.isLate ? [row] : [before.row]) + [.initial]
        // Killed between its row and its answer, or in the middle of its row.
        if outcome == .died {
          lasts += [now.pid, before.snapshot.pid].map { .solved(nonce: asked, process: Double($0)) }
        }
        return lasts.contains { Self.leftBehind(by: onFailure, $0) == row } ? nil : "it is reported \(outcome)"
      }
    case .free:
      { [asked, onFailure] row, before, _ in
        if before.isLate { return nil }
        if before.snapshot.state == .idle { return row == .initial ? nil : "it is deactivated" }
        // Deactivated since, or failed in a reset that a request asked for.
        let filled: [SoakRow] = [before.row, .initial, Self.leftBehind(by: onFailure, before.row)]
        return filled.contains(row) && row.nonce != asked ? nil : "it took no part"
      }
    case .late, .due: { row, _, _ in row == .torn ? "it is torn" : nil }
    }
  }

  /// After a reset.
  func resetRule(for outcome: SlotStatus) -> Rule {
    switch outcome {
    case .solved: { row, _, _ in row == .initial ? nil : "it is reported reset" }
    case .died:
      { [onFailure] row, before, _ in
        row == .initial || Self.leftBehind(by: onFailure, before.row) == row ? nil : "it is reported died in a reset"
      }
    case .free:
      { row, before, _ in before.isLate || row == before.row ? nil : "it was not reset" }
    case .failed, .late, .due: rule(for: outcome)
    }
  }

  private static func leftBehind(by onFailure: OnFailure, _ last: SoakRow) -> SoakRow {
    switch onFailure {
    case .hold: last
    case .homing: .initial
    case .stop: last.nonce.map(SoakRow.stopped) ?? last
    }
  }
}
