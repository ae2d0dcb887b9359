import ClusterRecord
import ClusterReplay
import ControlCluster

/// Compares the rows that controllers have written with the recorded ones.
final class RecordedOutputs {
  private struct Buffer {
    let name: String
    /// Places of its fields in the comparison.
    let fields: Range<Int>
    /// One for each controller.
    let rows: [RowCopy]
  }

  private var buffers: [Buffer] = []
  private(set) var comparison: Comparison
  /// What could be compared and is not, with the reason.
  private(set) var skipped: [String] = []
  /// Recorded rows that are no answer to their step.
  private(set) var unanswered = 0

  /// Written by the runtime itself, and never twice the same.
  private static let times = "profiling"

  init(_ client: ControlClusterClient, _ recording: Recording, _ request: ReplayRequest) throws {
    var fields: [ComparedField] = []
    let layout = client.segment.layout
    for live in layout.buffers where live.writer == .controller && live.per == .controller && live.rowSize > 0 {
      guard live.name != Self.times, !request.ignored.contains(live.name) else { continue }
      guard let recorded = recording.buffers.first(where: { $0.name == live.name }), recorded.rows == live.rows else {
        skipped.append("\(live.name), which is not recorded")
        continue
      }
      guard live.sync == .step, recorded.sync == .step else {
        skipped.append("\(live.name), which is 'sync: latest': its rows are of no step")
        continue
      }
      let first = fields.count
      for field in live.fields where field.size > 0 && !request.ignores(live.name, field.name) {
        guard let before = recorded[field: field.name],
          let compared = ComparedField(buffer: live.name, recorded: before, replayed: field)
        else {
          skipped.append("\(live.name).\(field.name), which was recorded with another shape")
          continue
        }
        fields.append(compared)
      }
      guard first < fields.count else { continue }
      buffers.append(
        Buffer(
          name: live.name, fields: first..<fields.count,
          rows: try (0..<live.rows).map { try client.segment.row(live.name, of: $0) }))
    }
    comparison = Comparison(fields, request.tolerance)
  }

  /// Whether there is anything to compare.
  var isEmpty: Bool { buffers.isEmpty }

  /// Compares all rows of a controller that has solved, then and now.
  /// - Returns: whether they are the same, to the tolerance.
  func compare(_ step: RecordedStep, _ slot: Int, _ moment: ReplayMoment) -> Bool {
    var isSame = true
    for buffer in buffers {
      guard let recorded = step.rows.first(where: { $0.buffer.name == buffer.name }) else { continue }
      guard recorded.version(of: slot) == UInt64(step.generation) else {
        unanswered += 1
        continue
      }
      buffer.rows[slot].read()
      recorded.withRow(slot) { before in
        buffer.rows[slot].withBytes { after in
          for field in buffer.fields
          where !comparison.compare(field, of: slot, before, after.baseAddress!, at: moment) { isSame = false }
        }
      }
    }
    return isSame
  }
}
