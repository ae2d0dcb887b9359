import ControlCluster

/// Private copies of the rows that pages look at, taken once for all of them. Neither the simulator nor a controller waits for it
/// or learns of it.
final class BufferCopies {
  private let segment: Segment
  /// Of `step` buffers, by name.
  private var snapshots: [String: ClusterSnapshot] = [:]
  /// Of `latest` buffers, by name and row.
  private var rows: [String: [Int: RowCopy]] = [:]

  init(_ segment: Segment) { self.segment = segment }

  /// Takes what these want, anew, and forgets what nobody wants any more.
  func take(for subscriptions: some Sequence<FieldSubscription>) {
    var wantedSnapshots: Set<String> = []
    var wantedRows: [String: Set<Int>] = [:]
    for wanted in subscriptions {
      if wanted.buffer.sync == .step {
        wantedSnapshots.insert(wanted.buffer.name)
      } else {
        wantedRows[wanted.buffer.name, default: []].formUnion(wanted.rows)
      }
    }
    snapshots = snapshots.filter { wantedSnapshots.contains($0.key) }
    rows = rows.filter { wantedRows[$0.key] != nil }
    for name in wantedSnapshots {
      if snapshots[name] == nil { snapshots[name] = try? segment.snapshot(of: [name]) }
      snapshots[name]?.take()
    }
    for (name, indices) in wantedRows {
      for row in indices {
        if let copy = rows[name]?[row] {
          copy.read()
        } else {
          rows[name, default: [:]][row] = try? segment.row(name, of: row)
        }
      }
    }
  }

  /// Lends a row as it was taken last; `nil` when it was not.
  func withRow<Result>(
    _ buffer: BufferLayout, _ row: Int, _ body: (UnsafeRawBufferPointer, SampleWholeness) -> Result
  ) -> Result? {
    guard buffer.sync == .step else { return rows[buffer.name]?[row]?.withBytes { body($0, .whole) } }
    guard let snapshot = snapshots[buffer.name], let moment = try? snapshot.moment(of: buffer.name, row: row) else {
      return nil
    }
    let wholeness: SampleWholeness =
      switch moment {
      case .input, .answer, .safe: .whole
      case .open: .open
      case .torn: .torn
      }
    return try? snapshot.withRow(buffer.name, row) { body($0, wholeness) }
  }
}
