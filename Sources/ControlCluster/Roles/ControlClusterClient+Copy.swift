extension ControlClusterClient {
  /// Copies a field of all controllers out: [rows, shape…], row-major. Rows of controllers that are late may be being written
  /// at this moment, so they are substituted as `on_failure` says: `hold` leaves what `values` held, `homing` gives the initial
  /// values, and `stop` leaves positions (fields whose initial value is the homing) and gives the initial values of others.
  /// So hand in what the last copy gave, and before the first one what is safe to command.
  /// - Parameter values: as many as the view has.
  /// - Throws: `wrongCount`.
  public func copy<Element: FieldElement>(_ view: ColumnView<Element>, into values: inout [Element])
    throws(ClusterError)
  {
    guard values.count == view.rows * view.columns else {
      throw .wrongCount(what: "copy", found: values.count, expected: view.rows * view.columns)
    }
    for row in 0..<view.rows {
      let source = source(ofRow: row, view.field, view.buffer)
      if source == .kept { continue }
      for column in 0..<view.columns {
        values[row * view.columns + column] = source == .memory ? view[row, column] : view.initial(column)
      }
    }
  }

  /// The same of a field of a `step` buffer as bytes, dense.
  /// - Parameter values: a field's size for each row of the buffer.
  package func copy(_ field: FieldLayout, of buffer: BufferLayout, into values: UnsafeMutableRawPointer) {
    let first = segment.base + buffer.offset + field.offset
    for row in 0..<buffer.rows {
      let target = values + row * field.size
      switch source(ofRow: row, field, buffer) {
      case .memory: target.copyMemory(from: first + row * buffer.rowStride, byteCount: field.size)
      case .initial:
        buffer.initialRow.withUnsafeBytes {
          target.copyMemory(from: $0.baseAddress! + field.offset, byteCount: field.size)
        }
      case .kept: break
      }
    }
  }

  private enum CopySource { case memory, initial, kept }

  private func source(ofRow row: Int, _ field: FieldLayout, _ buffer: BufferLayout) -> CopySource {
    guard buffer.writer == .controller, buffer.per == .controller, segment.slot(row).step.status == .late else {
      return .memory
    }
    return switch cluster.controllers.onFailure {
    case .hold: .kept
    case .stop: field.initialIsHoming ? .kept : .initial
    case .homing: .initial
    }
  }
}
