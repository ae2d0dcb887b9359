/// One controller's rows: private copies of those that it writes, committed together when a solve has succeeded, and
/// snapshots of the `latest` rows that it reads. A row that the controller never asks for is never touched.
final class ControllerRows {
  private let segment: Segment
  private let slot: Int
  private var staged: [StagedRow] = []
  private var snapshots: [StagedRow] = []
  /// What a commit copies of `step` rows: the first that have a size. Plain addresses: after a context switch each page that a
  /// commit touches costs its walk of the page table, and every layer between has pages of its own.
  private let copies: UnsafeMutableBufferPointer<Copy>
  private let commitsLatest: Bool
  private let readsLatest: Bool

  private struct StagedRow {
    let access: RowAccess
    let bytes: UnsafeMutableRawPointer
  }

  private struct Copy {
    let target: UnsafeMutableRawPointer
    let source: UnsafeRawPointer
    let size: Int
  }

  init(_ segment: Segment, slot: Int) {
    self.segment = segment
    self.slot = slot
    let own = segment.layout.buffers.filter(Self.isOwn)
    copies = .allocate(capacity: own.count)
    copies.initialize(repeating: Copy(target: segment.base, source: UnsafeRawPointer(segment.base), size: 0))
    commitsLatest = own.contains { $0.sync == .latest }
    readsLatest = segment.layout.buffers.contains { $0.sync == .latest && !Self.isOwn($0) }
  }

  deinit {
    for row in staged + snapshots { row.bytes.deallocate() }
    copies.deallocate()
  }

  /// Whether a controller writes its row of that buffer.
  private static func isOwn(_ buffer: BufferLayout) -> Bool {
    buffer.writer == .controller && buffer.per == .controller
  }

  private static func allocate(_ buffer: BufferLayout) -> UnsafeMutableRawPointer {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(buffer.rowStride, 8), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: max(buffer.rowStride, 8))
    return bytes
  }

  /// The private copy of a row that this controller writes; `nil` when another role does.
  func stagedRow(_ buffer: BufferLayout) -> UnsafeMutableRawPointer? {
    guard Self.isOwn(buffer) else { return nil }
    if let known = staged.first(where: { $0.access.buffer.name == buffer.name }) { return known.bytes }
    let row = StagedRow(access: RowAccess(segment, buffer), bytes: Self.allocate(buffer))
    row.access.read(slot, into: row.bytes)
    if buffer.sync == .step, buffer.rowSize > 0, let free = copies.firstIndex(where: { $0.size == 0 }) {
      copies[free] = Copy(
        target: row.access.row(slot), source: UnsafeRawPointer(row.bytes), size: buffer.rowSize)
    }
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
    guard readsLatest else { return }
    for row in snapshots { row.access.read(rowIndex(row.access.buffer), into: row.bytes) }
  }

  /// Copies the private rows into the buffers.
  func commit() {
    for copy in copies {
      if copy.size == 0 { break }
      copy.target.copyMemory(from: copy.source, byteCount: copy.size)
    }
    guard commitsLatest else { return }
    for row in staged where row.access.buffer.sync == .latest { row.access.write(slot, from: row.bytes) }
  }

  /// Takes what the buffers hold over into the private rows: after a failure or a reset.
  func reload() {
    for row in staged { row.access.read(slot, into: row.bytes) }
  }
}
