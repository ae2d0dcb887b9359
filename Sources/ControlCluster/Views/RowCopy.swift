/// A private copy of one row, taken and published whole: the way to `latest` buffers, whose rows may change at any time, and
/// a convenient one to a single row of a `step` buffer.
///
/// ```swift
/// let goal = try client.row("goal", of: 3)
/// let velocity = try goal.field("velocity", as: Float.self)
/// goal.read()             // complete, of one moment
/// velocity[0] = 0.5
/// goal.write()            // readers see all of it or none
/// ```
public final class RowCopy {
  public let buffer: BufferLayout
  /// The row's number: the controller's, or 0 for a `per: cluster` buffer.
  public let row: Int
  /// How often the row had been written when it was last taken over, its initial values for the first time: a row that is not
  /// newer than the last one says the same number. 0 for a `step` row.
  public private(set) var version: UInt64 = 0
  private let access: RowAccess
  private let bytes: UnsafeMutableRawPointer

  init(_ segment: Segment, _ name: String, _ row: Int) throws(ClusterError) {
    buffer = try segment.buffer(name)
    guard (0..<buffer.rows).contains(row) else { throw .slotOutOfRange(slot: row, count: buffer.rows) }
    self.row = row
    access = RowAccess(segment, buffer)
    let size = max(buffer.rowStride, 8)
    bytes = .allocate(byteCount: size, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    read()
  }

  deinit { bytes.deallocate() }

  /// Takes the row over from the shared memory; of a `latest` buffer complete, whatever its writer does or dies of meanwhile. It
  /// copies again when the writer has published three newer rows meanwhile.
  public func read() { version = access.read(row, into: bytes) }

  /// Publishes the copy.
  /// - Throws: `notWritable` when another role writes this buffer; `rowTaken` naming a tool that began to write this row and does
  ///   not go on.
  public func write() throws(ClusterError) { try access.publish(row, from: bytes) }

  /// Changes the row: takes it over, lets `body` change its bytes, and publishes it, with no other tool writing it in between. A
  /// tool that sets one field leaves the others as others have set them.
  /// - Parameter body: gets the copy's bytes, up to the end of its last field.
  /// - Throws: as ``write()``.
  public func update(_ body: (UnsafeMutableRawBufferPointer) -> Void) throws(ClusterError) {
    version = try access.update(row) { changed in
      body(UnsafeMutableRawBufferPointer(start: changed, count: buffer.rowSize))
      bytes.copyMemory(from: changed, byteCount: buffer.rowSize)
    }
  }

  /// The tool that has written the row last; nobody for a row that none has written, or that is no tool's to write.
  public var lastWriter: ProcessIdentity { access.writer(of: row) }

  /// Lends the copy's bytes, up to the end of its last field.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeRawBufferPointer(start: bytes, count: buffer.rowSize))
  }

  /// Lends the copy's bytes for writing, up to the end of its last field.
  package func withMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeMutableRawBufferPointer(start: bytes, count: buffer.rowSize))
  }

  /// A field of the copy.
  /// - Throws: `unknownField`, `wrongElementType`.
  public func field<Element: FieldElement>(_ name: String, as type: Element.Type = Element.self) throws(ClusterError)
    -> RowField<Element>
  {
    guard let field = buffer[field: name] else {
      throw .unknownField(buffer: buffer.name, field: name, known: buffer.fields.map(\.name))
    }
    guard Element.canView(field.elementType) else {
      throw .wrongElementType(
        field: "\(buffer.name).\(name)", found: field.elementType.name, expected: "\(Element.self)")
    }
    return RowField(field, first: bytes + field.offset, owner: self)
  }
}

/// A field of a ``RowCopy``: row-major elements. Keeps the copy alive.
public struct RowField<Element: FieldElement> {
  public let layout: FieldLayout
  private let first: UnsafeMutablePointer<Element>
  private let owner: RowCopy

  init(_ layout: FieldLayout, first: UnsafeMutableRawPointer, owner: RowCopy) {
    self.layout = layout
    self.first = first.assumingMemoryBound(to: Element.self)
    self.owner = owner
  }

  public var count: Int { layout.count }

  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "element \(index) of \(count)")
      return first[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "element \(index) of \(count)")
      first[index] = newValue
    }
  }
}

extension Segment {
  /// A private copy of one row, to take and publish whole.
  /// - Throws: `unknownBuffer`, `slotOutOfRange`.
  public func row(_ buffer: String, of row: Int) throws(ClusterError) -> RowCopy { try RowCopy(self, buffer, row) }

  /// A field of a `step` buffer as [rows, shape…] over the shared memory itself, without a copy. Writable when the buffer is
  /// this role's to write.
  /// - Throws: `unknownBuffer`, `unknownField`, `wrongElementType`, `wrongSync` for a `latest` buffer.
  public func columns<Element: FieldElement>(_ buffer: String, _ field: String, as type: Element.Type = Element.self)
    throws(ClusterError) -> ColumnView<Element>
  {
    try ColumnView(self, buffer, field)
  }
}
