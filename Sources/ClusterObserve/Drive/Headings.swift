import ControlCluster
import Glibc

/// Where robots look, as the simulator tells it: the angle of their x axis about the world's z, in rad.
final class Headings {
  private let snapshot: ClusterSnapshot
  private let buffer: BufferLayout
  private let orientation: FieldLayout
  private let position: FieldLayout?

  /// `nil` when the simulator tells no orientation: a `root_orientation` in the world's frame, of which the order of elements is known.
  init?(_ segment: Segment) {
    let found = segment.layout.buffers.lazy.filter { $0.writer == .simulator && $0.sync == .step }.compactMap {
      buffer in
      buffer[field: "root_orientation"].map { (buffer, $0) }
    }.first
    guard let (buffer, field) = found, ["wxyz", "xyzw"].contains(field.convention), field.shape == [4],
      let snapshot = try? segment.snapshot(of: [buffer.name])
    else { return nil }
    (self.buffer, orientation, self.snapshot) = (buffer, field, snapshot)
    position = buffer[field: "root_position"].flatMap { $0.shape == [3] ? $0 : nil }
  }

  /// Reads them anew. An orientation that is just being written is, element by element, of this step or of the one before.
  func take() { snapshot.take() }

  func heading(of row: Int) -> Double {
    let read = try? snapshot.withRow(buffer.name, buffer.rows == 1 ? 0 : row) { bytes in
      (0..<4).map { DriveFields.number(orientation, $0, in: bytes) }
    }
    guard let read else { return 0 }
    let (w, x, y, z) =
      orientation.convention == "wxyz" ? (read[0], read[1], read[2], read[3]) : (read[3], read[0], read[1], read[2])
    let angle = atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return angle.isFinite ? angle : 0
  }

  /// m above the world's origin; `nil` when the simulator does not tell it.
  func height(of row: Int) -> Double? {
    guard let position else { return nil }
    return try? snapshot.withRow(buffer.name, buffer.rows == 1 ? 0 : row) { DriveFields.number(position, 2, in: $0) }
  }
}
