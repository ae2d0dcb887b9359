import ControlCluster

/// The rows of one step, copied out of the memory: made once, and filled again and again.
final class CapturedStep {
  let snapshot: ClusterSnapshot
  /// Of each recorded buffer, in their order.
  let rows: [Rows]
  var followed = ClusterSnapshot.Followed()
  /// CLOCK_MONOTONIC, ns: when its rows began to be copied.
  var capturedAt: UInt64 = 0
  /// Steps that should be in the file between the last one and this one, and are not.
  var missed: UInt64 = 0
  /// Of each controller.
  private(set) var outcomes: [SlotStatus]
  private(set) var figures: [SlotFigures]
  private(set) var failures: [(controller: Int, message: String)] = []

  /// Where a buffer's rows lie.
  enum Rows {
    case step(BufferLayout, UnsafeRawPointer)
    case latest(LatestRows)
  }

  /// - Throws: `unknownBuffer`, `wrongSync`.
  init(_ segment: Segment, _ buffers: [BufferLayout]) throws(ClusterError) {
    let snapshot = try segment.snapshot(of: buffers.filter { $0.sync == .step }.map(\.name))
    self.snapshot = snapshot
    rows = buffers.map { buffer in
      if buffer.sync == .step, let rows = snapshot.rows(of: buffer.name) { return .step(buffer, rows) }
      return .latest(LatestRows(segment, buffer))
    }
    outcomes = [SlotStatus](repeating: .free, count: segment.layout.slots)
    figures = (0..<segment.layout.slots).map(snapshot.slotFigures)
  }

  /// The step has begun: what may be written at any time is taken now.
  func takeLatest() {
    for case .latest(let rows) in rows { rows.take() }
  }

  /// All its rows are there.
  func takeFigures() {
    failures.removeAll(keepingCapacity: true)
    for index in outcomes.indices {
      outcomes[index] = snapshot.outcome(of: index)
      figures[index] = snapshot.slotFigures(index)
      if outcomes[index] == .failed { failures.append((index, snapshot.failureMessage(of: index))) }
    }
  }

  /// Where a buffer's rows lie, as far apart as in memory.
  func address(of buffer: Int) -> UnsafeRawPointer {
    switch rows[buffer] {
    case .step(_, let rows): rows
    case .latest(let rows): UnsafeRawPointer(rows.bytes)
    }
  }

  /// What a row is of: FORMAT.md, row_version.
  func version(of row: Int, in buffer: Int) -> UInt64 {
    switch rows[buffer] {
    case .latest(let rows): return rows.versions[row]
    case .step(let layout, _):
      guard layout.writer == .controller else { return UInt64(followed.generation) }
      switch snapshot.answerMoment(of: row) {
      case .answer(let generation), .safe(let generation), .input(let generation): return UInt64(generation)
      case .torn, .open: return .max
      }
    }
  }
}

/// A copy of all rows of a `latest` buffer, each whole.
final class LatestRows {
  let bytes: UnsafeMutableRawPointer
  private(set) var versions: [UInt64]
  private let access: RowAccess

  init(_ segment: Segment, _ buffer: BufferLayout) {
    access = RowAccess(segment, buffer)
    let size = max(8, buffer.rows * buffer.rowStride)
    bytes = .allocate(byteCount: size, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    versions = [UInt64](repeating: 0, count: buffer.rows)
  }

  deinit { bytes.deallocate() }

  func take() {
    let stride = access.buffer.rowStride
    for row in versions.indices { versions[row] = access.read(row, into: bytes + row * stride) }
  }
}
