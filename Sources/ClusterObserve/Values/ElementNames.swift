import ControlCluster

/// What the elements of a field are called, axis by axis.
package enum ElementNames {
  /// The names along each axis: columns as the config names them, a quaternion's letters, x, y and z of what has a frame, and
  /// numbers where there is none of these.
  package static func axes(of field: FieldLayout) -> [[String]] {
    field.shape.indices.map { axis in
      let extent = field.shape[axis]
      if axis == field.columnsAxis, !field.columns.isEmpty { return field.columns }
      if axis == field.shape.count - 1 {
        if !field.convention.isEmpty, field.convention.count == extent { return field.convention.map(String.init) }
        if !field.frame.isEmpty, extent == 3 { return ["x", "y", "z"] }
      }
      return (0..<extent).map(String.init)
    }
  }

  /// An element's own, `FL_foot.z`; empty for a scalar.
  /// - Parameter place: its index along each axis.
  static func name(_ place: [Int], _ axes: [[String]]) -> String {
    zip(place, axes).map { $1[$0] }.joined(separator: ".")
  }
}
