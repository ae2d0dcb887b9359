import ControlCluster

/// Reads chosen values of a running cluster, at any moment and as often as one likes; nobody in the cluster waits for it. One
/// thread at a time may use it.
public final class ValueReader {
  public let selections: [ValueSelection]
  private let segment: Segment
  /// Of buffers that `solve()` hands over; `nil` when none was chosen.
  private let snapshot: ClusterSnapshot?
  /// Of the others, by selection and place among its rows.
  private let copies: [[RowCopy]]

  /// - Parameter segment: attached, by any role.
  /// - Throws: what the memory says of a buffer that cannot be read so.
  public init(_ segment: Segment, _ selections: [ValueSelection]) throws(ClusterError) {
    self.segment = segment
    self.selections = selections
    let stepped = selections.filter { $0.buffer.sync == .step }.map(\.buffer.name)
    snapshot = stepped.isEmpty ? nil : try segment.snapshot(of: stepped)
    var copies: [[RowCopy]] = []
    for selection in selections {
      var rows: [RowCopy] = []
      if selection.buffer.sync == .latest {
        for row in selection.rows { rows.append(try segment.row(selection.buffer.name, of: row)) }
      }
      copies.append(rows)
    }
    self.copies = copies
  }

  /// Reads all of them: those that `solve()` hands over of one step, if that comes about in time, and the others as they are now.
  /// - Parameter patience: s, for a step to begin and to end; by default a second, or three periods of this cluster, while somebody steps it.
  public func read(within patience: Double? = nil) -> ValueReading {
    let moment = snapshot?.take(within: patience ?? defaultPatience)
    for rows in copies { for row in rows { row.read() } }
    let groups = selections.indices.map { index in
      let selection = selections[index]
      return ValueReading.Group(
        selection: selection,
        rows: selection.rows.indices.map { place in
          selection.buffer.sync == .step ? stepRow(selection, place) : latestRow(selection, place, copies[index][place])
        })
    }
    return ValueReading(
      name: SegmentName.namespace(of: segment.name), at: System.monotonicNanoseconds, moment: moment, groups: groups)
  }

  /// s: enough on a machine with too much to do, and for steps that are slower than in real time.
  private var defaultPatience: Double {
    guard segment.client.isAlive else { return 0 }
    let steps = segment.stepSnapshot()
    let span = Double(steps.lastStepAt &- steps.firstStepAt) * 1e-9
    let period = steps.steps > 1 ? span / Double(steps.steps - 1) : 0
    return min(3, max(1, 3 * period))
  }

  private func stepRow(_ selection: ValueSelection, _ place: Int) -> ValueReading.Row {
    let row = selection.rows[place]
    let name = selection.buffer.name
    let moment = (try? snapshot?.moment(of: name, row: row)) ?? .open
    let values = try? snapshot?.withRow(name, row) { Self.values(selection, $0) }
    return ValueReading.Row(row: selection.numbers[place], moment: moment, version: nil, values: values ?? [])
  }

  private func latestRow(_ selection: ValueSelection, _ place: Int, _ copy: RowCopy) -> ValueReading.Row {
    ValueReading.Row(
      row: selection.numbers[place], moment: nil, version: copy.version,
      values: copy.withBytes { Self.values(selection, $0) })
  }

  private static func values(_ selection: ValueSelection, _ bytes: UnsafeRawBufferPointer) -> [[ElementValue]] {
    selection.fields.map { field in
      field.elements.map { element in
        let offset = field.layout.offset + element * field.layout.elementType.size
        return ElementValue(at: bytes.baseAddress! + offset, field.layout.elementType, length: field.length)
      }
    }
  }
}
