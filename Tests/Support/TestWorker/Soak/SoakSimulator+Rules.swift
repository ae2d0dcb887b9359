import ControlCluster
import Glibc

// What a row must hold after a step.
extension SoakSimulator {
  /// How a slot stood before a step.
  struct Before {
    var row: SoakRow
    var snapshot: SlotSnapshot
  }

  /// What is wrong with a row, seeing how its slot stood before the step and the process that has the slot now.
  typealias Rule = (_ row: SoakRow, _ before: Before, _ pid: Int32) -> String?

  /// How long a row may stay wrong because a death is being declared: the server itself may be suspended.
  private static let patience: UInt64 = 5_000_000_000

  /// Looks at a slot's row until it holds what it must.
  /// - Returns: what is wrong, if it stays so.
  func check(_ slot: Int, _ rule: Rule) -> String? {
    guard var wrong = problem(slot, rule) else { return nil }
    figures.changedUnderReader += 1
    let end = System.monotonicNanoseconds + Self.patience
    while System.monotonicNanoseconds < end {
      // Only a death may have changed it. A stopping cluster's are not declared.
      if client.isStopping { return nil }
      usleep(200)
      guard let still = problem(slot, rule) else { return nil }
      wrong = still
    }
    return wrong
  }

  private func problem(_ slot: Int, _ rule: Rule) -> String? {
    let snapshot = client.segment.slotSnapshot(slot)
    let contents = client.rows(of: slot)
    let row = rows.read(slot)
    if snapshot.status == .late { return nil }
    let before = before[slot]
    let wrong: String?
    if row == .torn {
      wrong = "it is torn"
    } else if snapshot.state == .idle, row == .initial {
      // Deactivated by a request that was withdrawn too late.
      wrong = nil
    } else if snapshot.incarnation != before.snapshot.incarnation {
      wrong = isSafe(row) ? nil : "its process has died"
    } else {
      wrong = rule(row, before, snapshot.pid) ?? (agrees(contents, row, slot) ? nil : "it is said to be '\(contents)'")
    }
    return wrong.map {
      "row \(slot) is \(row), \($0); asked \(asked), outcome \(client.outcome(of: slot)), before \(before)"
    }
  }

  private func agrees(_ contents: RowContents, _ row: SoakRow, _ slot: Int) -> Bool {
    switch (contents, row) {
    case (.solved, .solved(asked, _)), (.held, .solved), (.stopped, .stopped), (.initial, .initial), (.unfinished, _):
      true
    default: false
    }
  }

  /// What may stand in the row of a process that has died at any moment.
  private func isSafe(_ row: SoakRow) -> Bool {
    switch (onFailure, row) {
    case (_, .initial), (.hold, .solved), (.stop, .stopped): true
    default: false
    }
  }

  // MARK: The rules, by the outcome of the step

  func rule(for outcome: SlotStatus) -> Rule {
    switch outcome {
    case .solved:
      { [asked] row, before, pid in
        // Of a process that was let in before the step was handed out.
        let isNew = before.snapshot.state == .dead || before.snapshot.state == .registering
        let process = Double(isNew ? pid : before.snapshot.pid)
        return row == .solved(nonce: asked, process: process) ? nil : "it is reported solved"
      }
    case .failed, .died:
      { [onFailure, asked] row, before, pid in
        // One that was late before may have come to its end in between.
        var lasts = before.snapshot.status == .late ? [row] : [before.row]
        // Killed between its row and its answer, or in the middle of its row.
        if outcome == .died {
          lasts += [.initial] + [pid, before.snapshot.pid].map { .solved(nonce: asked, process: Double($0)) }
        }
        return lasts.contains { Self.leftBehind(by: onFailure, $0) == row } ? nil : "it is reported \(outcome)"
      }
    case .free:
      { [asked] row, before, _ in
        if before.snapshot.status == .late { return nil }
        return row == before.row && row.nonce != asked ? nil : "it took no part"
      }
    case .late, .due: { _, _, _ in nil }
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
      { row, before, _ in before.snapshot.status == .late || row == before.row ? nil : "it was not reset" }
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
