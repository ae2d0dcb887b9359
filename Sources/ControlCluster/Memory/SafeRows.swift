import CLinux

/// What a controller's rows hold when no solve has filled them: before the first solve, after a reset or a deactivation (the
/// initial rows), and after a failure or a death (as `on_failure` says). The slot's `contents` word says which it was.
struct SafeRows {
  private let segment: Segment
  private let buffers: [RowAccess]
  private let onFailure: OnFailure

  init(_ segment: Segment) {
    self.segment = segment
    buffers = segment.layout.buffers
      .filter { $0.writer == .controller && $0.per == .controller && $0.rowSize > 0 }
      .map { RowAccess(segment, $0) }
    onFailure = segment.cluster.controllers.onFailure
  }

  /// Whether whole rows of a failed or dead controller stay as they are.
  var hold: Bool { onFailure == .hold }

  func fill(_ slot: Int, _ filling: RowFilling) {
    switch filling {
    case .initial: reset(slot)
    case .failure: fail(slot)
    }
  }

  private func reset(_ slot: Int) {
    for access in buffers {
      access.buffer.initialRow.withUnsafeBytes { access.write(slot, from: $0.baseAddress!) }
    }
    segment.slot(slot).contentsBits.store(CCLUSTER_CONTENTS_INITIAL.rawValue)
  }

  private func fail(_ slot: Int) {
    switch onFailure {
    case .hold: return
    case .stop:
      for access in buffers { stop(slot, access) }
      let words = segment.slot(slot)
      // Initial rows stand still already.
      let isInitial = words.contents == CCLUSTER_CONTENTS_INITIAL.rawValue
      words.contentsBits.store((isInitial ? CCLUSTER_CONTENTS_INITIAL : CCLUSTER_CONTENTS_STOPPED).rawValue)
    case .homing: reset(slot)
    }
  }

  /// Stand still where last commanded: positions stay, everything else returns to its initial value.
  private func stop(_ slot: Int, _ access: RowAccess) {
    let buffer = access.buffer
    withUnsafeTemporaryAllocation(byteCount: buffer.rowStride, alignment: 64) { row in
      access.read(slot, into: row.baseAddress!)
      for field in buffer.fields where !field.initialIsHoming {
        for byte in field.offset..<(field.offset + field.size) { row[byte] = buffer.initialRow[byte] }
      }
      access.write(slot, from: row.baseAddress!)
    }
  }
}
