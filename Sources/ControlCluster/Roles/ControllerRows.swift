/// One controller's rows: private copies of those that it writes, committed together when a solve has succeeded, and
/// snapshots of the `latest` rows that it reads. A row that the controller never asks for is never touched.
final class ControllerRows {
  private let segment: Segment
  private let slot: Int
  // One thread calls a controller; looking at each access for another one costs as much as the copy of a small row.
  @exclusivity(unchecked) private var staged: PrivateRows
  @exclusivity(unchecked) private var snapshots: PrivateRows

  init(_ segment: Segment, slot: Int) {
    self.segment = segment
    self.slot = slot
    staged = PrivateRows(capacity: segment.layout.buffers.count)
    snapshots = PrivateRows(capacity: segment.layout.buffers.count)
  }

  deinit {
    staged.deallocate()
    snapshots.deallocate()
  }

  /// The private copy of a row that this controller writes; `nil` when another role does.
  func stagedRow(_ buffer: BufferLayout) -> UnsafeMutableRawPointer? {
    guard buffer.writer == .controller, buffer.per == .controller else { return nil }
    if let known = staged[buffer] { return known }
    return staged.add(RowAccess(segment, buffer), row: slot)
  }

  /// Where this controller reads its row of a buffer: its own staged row, the memory itself, or a snapshot.
  func inputRow(_ buffer: BufferLayout) -> UnsafeRawPointer {
    if let own = stagedRow(buffer) { return UnsafeRawPointer(own) }
    let access = RowAccess(segment, buffer)
    let row = buffer.per == .cluster ? 0 : slot
    if buffer.sync == .step { return UnsafeRawPointer(access.row(row)) }
    return UnsafeRawPointer(snapshots[buffer] ?? snapshots.add(access, row: row))
  }

  /// Takes fresh snapshots of the `latest` rows.
  @inline(__always)
  func refresh() { snapshots.load() }

  /// Copies the private rows into the buffers.
  @inline(__always)
  func commit() { staged.store() }

  /// Takes what the buffers hold over into the private rows: after a failure or a reset.
  func reload() { staged.load() }

  /// Gives the private rows their initial values: the buffers follow in the next step.
  func clear() { staged.clear() }
}

/// Private copies of rows, at most one of each buffer. In memory of their own, and without references to count: they are
/// copied in every solve.
private struct PrivateRows {
  private struct Row {
    let access: Unmanaged<RowAccess>
    let index: Int
    let bytes: UnsafeMutableRawPointer
    /// Where a `step` row lies, and its size: all that a commit needs, so that it looks at no layout. `nil` of a `latest` row.
    let target: UnsafeMutableRawPointer?
    let size: Int
  }

  private let rows: UnsafeMutablePointer<Row>
  private var count = 0

  init(capacity: Int) { rows = .allocate(capacity: capacity) }

  func deallocate() {
    for place in 0..<count {
      rows[place].access.release()
      rows[place].bytes.deallocate()
    }
    rows.deallocate()
  }

  subscript(buffer: BufferLayout) -> UnsafeMutableRawPointer? {
    for place in 0..<count where rows[place].access.takeUnretainedValue().buffer.name == buffer.name {
      return rows[place].bytes
    }
    return nil
  }

  /// Adds a copy, of what the row holds now.
  mutating func add(_ access: RowAccess, row index: Int) -> UnsafeMutableRawPointer {
    let size = max(access.buffer.rowStride, 8)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    access.read(index, into: bytes)
    (rows + count).initialize(
      to: Row(
        access: .passRetained(access), index: index, bytes: bytes,
        target: access.buffer.sync == .step ? access.row(index) : nil, size: access.buffer.rowSize))
    count += 1
    return bytes
  }

  @inline(__always)
  func load() {
    for place in 0..<count {
      let row = rows[place]
      row.access._withUnsafeGuaranteedRef { _ = $0.read(row.index, into: row.bytes) }
    }
  }

  func clear() {
    for place in 0..<count {
      let row = rows[place]
      row.access.takeUnretainedValue().buffer.initialRow.withUnsafeBytes {
        row.bytes.copyMemory(from: $0.baseAddress!, byteCount: $0.count)
      }
    }
  }

  @inline(__always)
  func store() {
    for place in 0..<count {
      let row = rows[place]
      if let target = row.target {
        target.copyMemory(from: row.bytes, byteCount: row.size)
        continue
      }
      row.access._withUnsafeGuaranteedRef { $0.write(row.index, from: row.bytes) }
    }
  }
}
