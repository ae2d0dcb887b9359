/// A field of a `step` buffer over all rows: [rows, shape…], in the shared memory itself. Keeps the memory mapped as long as
/// it lives. Who may read or write when is the step's business: the simulator between `wait()` and `trigger()`.
public struct ColumnView<Element: FieldElement> {
  public let buffer: BufferLayout
  public let field: FieldLayout
  /// Controllers, or 1 for a `per: cluster` buffer.
  public let rows: Int
  /// Elements of the field in one row; the shape is `field.shape`, row-major.
  public let columns: Int
  public let isWritable: Bool

  private let segment: Segment
  private let start: UnsafeMutableRawPointer
  private let rowStride: Int

  init(_ segment: Segment, _ bufferName: String, _ fieldName: String) throws(ClusterError) {
    let (buffer, field) = try segment.field(bufferName, fieldName)
    guard Element.canView(field.elementType) else {
      throw .wrongElementType(
        field: "\(bufferName).\(fieldName)", found: field.elementType.name, expected: "\(Element.self)")
    }
    guard buffer.sync == .step else {
      throw .wrongSync(
        buffer: bufferName, what: "its rows have several copies, to be read and written whole with row(_:of:)")
    }
    self.segment = segment
    self.buffer = buffer
    self.field = field
    rows = buffer.rows
    columns = field.count
    isWritable = segment.mayWrite(buffer)
    start = segment.base + buffer.offset + field.offset
    rowStride = buffer.rowStride
  }

  /// Bytes from one row's first element to the next row's.
  public var stride: Int { rowStride }

  @inline(__always)
  private func element(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Element> {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns, "element [\(row), \(column)] of [\(rows), \(columns)]")
    return (start + row * rowStride).assumingMemoryBound(to: Element.self) + column
  }

  /// One element. Setting it traps when the buffer is not this role's to write.
  public subscript(row: Int, column: Int) -> Element {
    @inline(__always) get { element(row, column).pointee }
    @inline(__always) nonmutating set {
      precondition(isWritable, "'\(buffer.name)' is written by the \(buffer.writer.name) only")
      element(row, column).pointee = newValue
    }
  }

  /// Lends one row's elements, in place.
  public func withRow<Result>(_ row: Int, _ body: (UnsafeBufferPointer<Element>) throws -> Result) rethrows -> Result {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    let first = (start + row * rowStride).assumingMemoryBound(to: Element.self)
    return try body(UnsafeBufferPointer(start: first, count: columns))
  }

  /// Lends one row's elements for writing, in place. Traps when the buffer is not this role's to write.
  public func withMutableRow<Result>(
    _ row: Int, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    precondition(isWritable, "'\(buffer.name)' is written by the \(buffer.writer.name) only")
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    let first = (start + row * rowStride).assumingMemoryBound(to: Element.self)
    return try body(UnsafeMutableBufferPointer(start: first, count: columns))
  }

  /// Copies all rows out: [rows, shape…], row-major.
  public func read(into values: UnsafeMutableBufferPointer<Element>) {
    precondition(values.count == rows * columns, "\(values.count) values for [\(rows), \(columns)]")
    guard let target = values.baseAddress, columns > 0 else { return }
    for row in 0..<rows {
      UnsafeMutableRawPointer(target + row * columns).copyMemory(
        from: start + row * rowStride, byteCount: columns * MemoryLayout<Element>.stride)
    }
  }

  /// Copies all rows in: [rows, shape…], row-major. Traps when the buffer is not this role's to write.
  public func write(_ values: UnsafeBufferPointer<Element>) {
    precondition(isWritable, "'\(buffer.name)' is written by the \(buffer.writer.name) only")
    precondition(values.count == rows * columns, "\(values.count) values for [\(rows), \(columns)]")
    guard let source = values.baseAddress, columns > 0 else { return }
    for row in 0..<rows {
      (start + row * rowStride).copyMemory(
        from: UnsafeRawPointer(source + row * columns), byteCount: columns * MemoryLayout<Element>.stride)
    }
  }

  /// What a column holds before the first solve.
  func initial(_ column: Int) -> Element {
    buffer.initialRow.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: field.offset + column * MemoryLayout<Element>.stride, as: Element.self)
    }
  }
}
