import ClusterRecord
import ControlCluster
import Glibc

/// Puts what the simulator and the tools had written into the memory, step by step.
final class RecordedInputs {
  private struct Buffer {
    let recorded: RecordedBuffer
    /// Where each field lies in a recorded row and in one of the memory, and its size.
    let fields: [(from: Int, to: Int, size: Int)]
    let rows: [RowCopy]
    /// Of the `latest` rows that were written last.
    var versions: [UInt64?]
  }

  private var buffers: [Buffer] = []
  /// Fed at any time, so that what a controller found in a step is known to the step before or after it only.
  let latest: [String]
  /// What controllers find at its initial values, because it is not recorded.
  let missing: [String]

  /// - Throws: `failed` when the memory has another layout than what is recorded.
  init(_ client: ControlClusterClient, _ recording: Recording) throws {
    let fed: [Writer] = [.simulator, .tool]
    let recorded = recording.buffers.filter { fed.contains($0.writer) }
    let layout = client.segment.layout
    latest = recorded.filter { $0.sync == .latest }.map(\.name)
    missing = layout.buffers.filter { buffer in
      buffer.writer != .controller && buffer.rowSize > 0 && !recorded.contains { $0.name == buffer.name }
    }.map(\.name)
    let tool =
      recorded.contains { $0.writer == .tool } ? try Segment.attach(to: client.segment.name, as: .tool) : client.segment
    for buffer in recorded {
      let segment = buffer.writer == .tool ? tool : client.segment
      guard let live = layout[buffer: buffer.name] else {
        throw ClusterError.failed("'\(buffer.name)' was recorded, and is to be fed to a cluster without that buffer")
      }
      guard live.writer == buffer.writer, live.sync == buffer.sync, live.rows == buffer.rows else {
        func text(_ writer: Writer, _ sync: SyncMode, _ rows: Int) -> String {
          "has \(Quantity.count(rows, "row")), is 'sync: \(sync.name)' and the \(writer.name)'s"
        }
        throw ClusterError.failed(
          "'\(buffer.name)' \(text(buffer.writer, buffer.sync, buffer.rows)) in the recording; here it "
            + "\(text(live.writer, live.sync, live.rows)), and what is fed must be as it was")
      }
      buffers.append(
        Buffer(
          recorded: buffer, fields: try Self.fields(buffer, live),
          rows: try (0..<live.rows).map { try segment.row(live.name, of: $0) },
          versions: [UInt64?](repeating: nil, count: live.rows)))
    }
  }

  private static func fields(_ recorded: RecordedBuffer, _ live: BufferLayout) throws -> [(
    from: Int, to: Int, size: Int
  )] {
    try live.fields.filter { $0.size > 0 }.map { field in
      guard let before = recorded[field: field.name], before.elementType == field.elementType,
        before.shape == field.shape, before.columns == field.columns
      else {
        throw ClusterError.failed(
          "\(live.name).\(field.name) is \(field.elementType.name) \(field.shape) here, and was recorded otherwise; "
            + "what is fed must be as it was")
      }
      return (before.offset, field.offset, field.size)
    }
  }

  func write(_ step: RecordedStep) throws(ClusterError) {
    for index in buffers.indices {
      guard let rows = step.rows.first(where: { $0.buffer.name == buffers[index].recorded.name }) else { continue }
      for row in buffers[index].rows.indices {
        if rows.buffer.sync == .latest {
          // Its readers can tell a row that is written anew from one that is not.
          let version = rows.version(of: row)
          if buffers[index].versions[row] == version { continue }
          buffers[index].versions[row] = version
        }
        let copy = buffers[index].rows[row]
        rows.withRow(row) { from in
          copy.withMutableBytes { to in
            for field in buffers[index].fields { memcpy(to.baseAddress! + field.to, from + field.from, field.size) }
          }
        }
        try copy.write()
      }
    }
  }
}
