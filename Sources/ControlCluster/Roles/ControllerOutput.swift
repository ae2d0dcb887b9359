/// A field of the controller's row, to write. Elements are `Double`, in the controller's order; joints that are not the
/// controller's keep their initial value.
public struct ControllerOutput {
  private let elements: RowElements

  init(_ row: UnsafeMutableRawPointer, _ field: FieldLayout, map: [Int], owner: AnyObject) {
    elements = RowElements(row, field, map: map, owner: owner)
  }

  public var count: Int { elements.count }

  /// Row-major for fields of more than one axis.
  public subscript(index: Int) -> Double {
    get { elements[index] }
    nonmutating set { elements[index] = newValue }
  }

  /// - Parameter values: `count` elements.
  public func write(_ values: [Double]) { elements.write(values) }
}
