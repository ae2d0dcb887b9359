import ControlCluster
import Glibc

/// A field that the recording and the replaying cluster have alike, whatever else has changed around it.
public struct ComparedField: Sendable {
  public let buffer: String
  public let field: FieldLayout
  /// Of its first element, from the start of the row: as it was recorded, and as it is.
  let recordedOffset: Int
  let replayedOffset: Int
  let count: Int
  let type: ElementType

  /// - Returns: `nil` when their types, shapes or columns are not the same.
  public init?(buffer: String, recorded: FieldLayout, replayed: FieldLayout) {
    guard recorded.elementType == replayed.elementType, recorded.shape == replayed.shape,
      recorded.columns == replayed.columns, recorded.columnsAxis == replayed.columnsAxis,
      recorded.convention == replayed.convention
    else { return nil }
    self.buffer = buffer
    field = replayed
    recordedOffset = recorded.offset
    replayedOffset = replayed.offset
    count = replayed.count
    type = replayed.elementType
  }

  /// `rhc_commands.joint_position`
  public var name: String { "\(buffer).\(field.name)" }

  /// What an element is called: `FL_hip_joint`, `3,FL_foot,2`; empty for a scalar.
  public func label(of element: Int) -> String {
    var rest = element
    var labels: [String] = []
    for (axis, extent) in field.shape.enumerated().reversed() {
      let index = rest % extent
      rest /= extent
      let isNamed = axis == field.columnsAxis && !field.columns.isEmpty
      labels.append(isNamed ? field.columns[index] : "\(index)")
    }
    return labels.reversed().joined(separator: ",")
  }

  /// Calls `body` with each element that is not the same to the bit.
  /// - Parameters:
  ///   - recorded: the start of a row that holds all fields.
  func forEachDifference(
    _ recorded: UnsafeRawPointer, _ replayed: UnsafeRawPointer, _ body: (Int, ValueDifference) -> Void
  ) {
    let (before, after) = (recorded + recordedOffset, replayed + replayedOffset)
    if memcmp(before, after, field.size) == 0 { return }
    for element in 0..<count {
      let offset = element * type.size
      if let difference = ValueDifference(before + offset, after + offset, type) { body(element, difference) }
    }
  }
}
