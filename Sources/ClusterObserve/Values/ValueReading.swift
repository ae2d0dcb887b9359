import ControlCluster

/// Chosen values of a cluster, at one moment.
public struct ValueReading: Sendable {
  /// What one path chose.
  public struct Group: Sendable {
    public var selection: ValueSelection
    public var rows: [Row]
  }

  public struct Row: Sendable {
    public var row: Int
    /// What moment the row is of; `nil` for a `latest` row, which is whole whenever it is read.
    public var moment: RowMoment?
    /// How often a `latest` row had been written.
    public var version: UInt64?
    /// By field, then by element, as chosen.
    public var values: [[ElementValue]]

    /// Whether its bytes are no row: it was being written.
    public var isTorn: Bool { moment == .torn }

    func isOf(_ step: UInt32) -> Bool {
      switch moment {
      case nil, .open, .torn: true
      case .input(let of), .answer(let of): of == step
      case .safe: false
      }
    }
  }

  /// The cluster's.
  public var name: String
  /// CLOCK_MONOTONIC, ns.
  public var at: UInt64
  /// Of the rows that `solve()` hands over; `nil` when none were chosen.
  public var moment: SnapshotMoment?
  public var groups: [Group]

  /// The one step that all rows are of; `nil` when there is none.
  public var step: UInt32? { moment?.generation }

  /// Why the rows are of no one step; `nil` when they are of one.
  public var warning: String? {
    switch moment {
    case nil: nil
    case .step(let step): absence(from: step)
    case .inFlight(let step): "step \(step) did not end in time: the controllers' rows are of different steps"
    case .betweenSteps(let step):
      "no step began in time after step \(step): rows are as they are now, and the simulator may be writing its own"
    case .overtaken: "steps follow each other faster than their rows could be copied: rows are of different steps"
    case .replaced(let step): "rows of step \(step) were filled anew meanwhile, by a reset or for a death"
    }
  }

  /// Who has no row of that step: has failed, is dead, late or deactivated.
  private func absence(from step: UInt32) -> String? {
    let absent = Set(groups.flatMap { group in group.rows.filter { !$0.isOf(step) }.map(\.row) })
    guard let first = absent.min() else { return nil }
    let who = absent.count == 1 ? "controller \(first)" : "controllers \(Quantity.ranges(absent.sorted()))"
    return "\(who) took no part in step \(step): \(absent.count == 1 ? "its row is" : "their rows are") of before"
  }

  /// Rows that were being written while they were copied, as often as it was tried.
  public var tornRows: [Int] {
    Array(Set(groups.flatMap { group in group.rows.filter(\.isTorn).map(\.row) })).sorted()
  }
}
