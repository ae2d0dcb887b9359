/// A field of the controller's row, to read. Elements are `Double`, in the controller's order.
public struct ControllerInput {
  private let elements: RowElements

  init(_ row: UnsafeRawPointer, _ field: FieldLayout, map: [Int], owner: AnyObject) {
    elements = RowElements(UnsafeMutableRawPointer(mutating: row), field, map: map, owner: owner)
  }

  public var count: Int { elements.count }

  /// Row-major for fields of more than one axis.
  public subscript(index: Int) -> Double { elements[index] }

  /// - Parameter values: `count` elements.
  public func read(into values: inout [Double]) { elements.read(into: &values) }
}
