import ControlCluster

/// The door by which tools write: `ccluster set`, `ccluster drive`, the dashboard. A row is changed whole, and by one tool at a time:
/// what others have set in its other fields stays.
public final class ValueWriter {
  private let segment: Segment
  private var rows: [Place: RowCopy] = [:]

  private struct Place: Hashable {
    var buffer: String
    var row: Int
  }

  /// - Parameter segment: attached as a tool.
  public init(_ segment: Segment) { self.segment = segment }

  /// Writes all of them, those of one row at once, and nothing when one of the buffers is not a tool's.
  /// - Throws: `notWritable`; `rowTaken` naming a tool that has begun to write a row and does not go on, then rows before it are
  ///   written.
  public func write(_ assignments: [ValueAssignment]) throws(ClusterError) {
    var places: [Place] = []
    var byPlace: [Place: [ValueAssignment]] = [:]
    for assignment in assignments {
      let buffer = assignment.selection.buffer
      guard buffer.writer == .tool else { throw .notWritable(buffer: buffer.name, writer: buffer.writer.name) }
      for row in assignment.selection.rows {
        let place = Place(buffer: buffer.name, row: row)
        if byPlace[place] == nil { places.append(place) }
        byPlace[place, default: []].append(assignment)
      }
    }
    for place in places {
      try row(place.buffer, place.row).update { bytes in
        for assignment in byPlace[place] ?? [] { assignment.store(into: bytes) }
      }
    }
  }

  /// A row that is written again and again, to be asked who else writes it.
  public func row(_ buffer: String, _ row: Int) throws(ClusterError) -> RowCopy {
    let place = Place(buffer: buffer, row: row)
    if let known = rows[place] { return known }
    let copy = try segment.row(buffer, of: row)
    rows[place] = copy
    return copy
  }
}

extension ValueAssignment {
  fileprivate func store(into bytes: UnsafeMutableRawBufferPointer) {
    for (element, value) in zip(field.elements, values) {
      let offset = field.layout.offset + element * field.layout.elementType.size
      value.store(at: bytes.baseAddress! + offset, field.layout.elementType, length: field.length)
    }
  }
}
