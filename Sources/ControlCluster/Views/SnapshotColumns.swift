/// A field of a ``ClusterSnapshot`` over all rows: [rows, shape…]. Keeps the copy alive.
public struct SnapshotColumns<Element: FieldElement> {
  public let buffer: BufferLayout
  public let field: FieldLayout
  private let copy: ClusterSnapshot.Copy
  private let start: UnsafeMutableRawPointer

  init(_ buffer: BufferLayout, _ field: FieldLayout, _ copy: ClusterSnapshot.Copy) {
    self.buffer = buffer
    self.field = field
    self.copy = copy
    start = copy.bytes + field.offset
  }

  public var rows: Int { buffer.rows }
  /// Elements of the field in one row; the shape is `field.shape`, row-major.
  public var columns: Int { field.count }

  public subscript(row: Int, column: Int) -> Element {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns, "element [\(row), \(column)] of [\(rows), \(columns)]")
    return (start + row * buffer.rowStride).assumingMemoryBound(to: Element.self)[column]
  }

  /// Lends one row's elements.
  public func withRow<Result>(_ row: Int, _ body: (UnsafeBufferPointer<Element>) throws -> Result) rethrows -> Result {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    let first = (start + row * buffer.rowStride).assumingMemoryBound(to: Element.self)
    return try body(UnsafeBufferPointer(start: first, count: columns))
  }
}
