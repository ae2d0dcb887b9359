import ControlCluster

/// A field over all rows, moved between the shared memory and the dynamics' arrays whatever its floating-point type.
struct FieldColumn {
  private enum Storage {
    case f32(ColumnView<Float>, scratch: [Float])
    case f64(ColumnView<Double>, scratch: [Double])
  }

  private let client: ControlClusterClient
  private var storage: Storage
  let rows: Int
  /// Elements a row.
  let columns: Int
  /// `wxyz`, `xyzw`, or empty.
  let convention: String

  /// `nil` when the config does not declare the field.
  /// - Parameters:
  ///   - rows: controllers.
  ///   - columns: elements that the stub has for a row.
  /// - Throws: `failed` for a field of another size; `wrongElementType` for one that is not floating-point; `wrongSync`
  ///   for one in a `latest` buffer.
  init?(_ client: ControlClusterClient, _ buffer: String, _ field: String, rows: Int, columns: Int)
    throws(ClusterError)
  {
    guard let layout = client.segment.layout[buffer: buffer]?[field: field] else { return nil }
    let joints = client.cluster.robot.joints
    guard layout.columns == joints || Set(layout.columns) != Set(joints) else {
      throw .failed(
        "\(buffer).\(field) has its joints in another order than the robot; the stub simulator reads the robot's")
    }
    self.client = client
    self.rows = rows
    self.columns = columns
    convention = layout.convention
    let found: (rows: Int, columns: Int)
    if layout.elementType == .f64 {
      let view = try client.columns(buffer, field, as: Double.self)
      storage = .f64(view, scratch: Self.contents(of: view))
      found = (view.rows, view.columns)
    } else {
      let view = try client.columns(buffer, field, as: Float.self)
      storage = .f32(view, scratch: Self.contents(of: view))
      found = (view.rows, view.columns)
    }
    guard found == (rows, columns) else {
      throw .failed(
        "\(buffer).\(field) has \(found.rows) rows of \(found.columns); the stub simulator has \(rows) of \(columns)")
    }
  }

  /// What a late controller's row is held at until it has solved for the first time: what the row held at the start.
  private static func contents<Element>(of view: ColumnView<Element>) -> [Element] {
    (0..<view.rows).flatMap { row in (0..<view.columns).map { view[row, $0] } }
  }

  /// Puts `[rows × columns]` values into the memory.
  func write(_ values: UnsafeMutableBufferPointer<Double>) {
    for row in 0..<rows {
      let from = row * columns
      switch storage {
      case .f32(let view, _):
        view.withMutableRow(row) { for column in $0.indices { $0[column] = Float(values[from + column]) } }
      case .f64(let view, _):
        view.withMutableRow(row) { for column in $0.indices { $0[column] = values[from + column] } }
      }
    }
  }

  /// Puts the same values into every row.
  func write(row values: [Double]) {
    for row in 0..<rows {
      switch storage {
      case .f32(let view, _): for column in 0..<columns { view[row, column] = Float(values[column]) }
      case .f64(let view, _): for column in 0..<columns { view[row, column] = values[column] }
      }
    }
  }

  /// Takes `[rows × columns]` values from the memory; of controllers that are late what `on_failure` says.
  mutating func read(into values: UnsafeMutableBufferPointer<Double>) throws(ClusterError) {
    switch storage {
    case .f32(let view, var scratch):
      // Without this the storage would keep a second reference, and the copy into `scratch` would allocate.
      storage = .f32(view, scratch: [])
      try client.copy(view, into: &scratch)
      for index in values.indices { values[index] = Double(scratch[index]) }
      storage = .f32(view, scratch: scratch)
    case .f64(let view, var scratch):
      storage = .f64(view, scratch: [])
      try client.copy(view, into: &scratch)
      for index in values.indices { values[index] = scratch[index] }
      storage = .f64(view, scratch: scratch)
    }
  }
}
