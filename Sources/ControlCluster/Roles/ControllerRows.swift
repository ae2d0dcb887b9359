/// One controller's rows: private copies of those that it writes, committed together when a solve has succeeded, and
/// snapshots of the `latest` rows that it reads. A row that the controller never asks for is never touched.
final class ControllerRows {
  private let segment: Segment
  private let slot: Int
  private var staged: [StagedRow] = []
  private var snapshots: [StagedRow] = []

  private struct StagedRow {
    let access: RowAccess
    let bytes: UnsafeMutableRawPointer
  }

  init(_ segment: Segment, slot: Int) {
    self.segment = segment
    self.slot = slot
  }

  deinit { for row in staged + snapshots { row.bytes.deallocate() } }

  private static func allocate(_ buffer: BufferLayout) -> UnsafeMutableRawPointer {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(buffer.rowStride, 8), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: max(buffer.rowStride, 8))
    return bytes
  }

  /// The private copy of a row that this controller writes; `nil` when another role does.
  func stagedRow(_ buffer: BufferLayout) -> UnsafeMutableRawPointer? {
    guard buffer.writer == .controller, buffer.per == .controller else { return nil }
    if let known = staged.first(where: { $0.access.buffer.name == buffer.name }) { return known.bytes }
    let row = StagedRow(access: RowAccess(segment, buffer), bytes: Self.allocate(buffer))
    row.access.read(slot, into: row.bytes)
    staged.append(row)
    return row.bytes
  }

  /// Where this controller reads its row of a buffer: its own staged row, the memory itself, or a snapshot.
  func inputRow(_ buffer: BufferLayout) -> UnsafeRawPointer {
    if let own = stagedRow(buffer) { return UnsafeRawPointer(own) }
    let access = RowAccess(segment, buffer)
    if buffer.sync == .step { return UnsafeRawPointer(access.row(rowIndex(buffer))) }
    if let known = snapshots.first(where: { $0.access.buffer.name == buffer.name }) {
      return UnsafeRawPointer(known.bytes)
    }
    let snapshot = StagedRow(access: access, bytes: Self.allocate(buffer))
    snapshots.append(snapshot)
    return UnsafeRawPointer(snapshot.bytes)
  }

  private func rowIndex(_ buffer: BufferLayout) -> Int { buffer.per == .cluster ? 0 : slot }

  /// Takes fresh snapshots of the `latest` rows.
  func refresh() {
    for row in snapshots { row.access.read(rowIndex(row.access.buffer), into: row.bytes) }
  }

  /// Copies the private rows into the buffers.
  func commit() {
    for row in staged { row.access.write(slot, from: row.bytes) }
  }

  /// Takes what the buffers hold over into the private rows: after a failure or a reset.
  func reload() {
    for row in staged { row.access.read(slot, into: row.bytes) }
  }
}
