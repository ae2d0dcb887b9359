import ClusterConfig

/// The robot's homing, and where a field wants it.
struct Homing {
  private let positions: [Double]
  private let byJoint: [String: Double]

  /// - Parameter positions: rad or m, one for each joint.
  init(joints: [String], positions: [Double]) {
    self.positions = positions
    byJoint = Dictionary(zip(joints, positions), uniquingKeysWith: { first, _ in first })
  }

  /// The position of every element along the axis that spans the joints; every index of the other axes has the same.
  ///
  /// Named columns decide by their names, so that a field over a subset of the joints, or in another order, gets its own;
  /// without names it is the last axis as long as the robot has joints. `nil` when no axis spans joints.
  func spread(over field: ClusterConfig.Field) -> (axis: Int, positions: [Double])? {
    let named = field.columns.compactMap { byJoint[$0] }
    if !named.isEmpty, named.count == field.columns.count, field.shape.indices.contains(field.columnsAxis),
      field.shape[field.columnsAxis] == named.count
    {
      return (field.columnsAxis, named)
    }
    return field.shape.lastIndex(of: positions.count).map { ($0, positions) }
  }
}
