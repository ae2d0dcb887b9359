import ControlCluster

/// How large the controllers' last commands are: the Euclidean norm over all floating-point fields of a row.
///
/// Buffers are the config's, so the commands are those of the first buffer that controllers write, a row each, in their step;
/// in the standard buffers that is `rhc_commands`.
final class CommandNorms {
  let buffer: String
  private let snapshot: ClusterSnapshot
  private let singles: [SnapshotColumns<Float>]
  private let doubles: [SnapshotColumns<Double>]
  /// A row that is being written keeps what it had before.
  private(set) var norms: [Double?]

  /// `nil` when controllers write no such numbers.
  init?(_ segment: Segment) {
    let found = segment.layout.buffers.first {
      $0.writer == .controller && $0.per == .controller && $0.sync == .step && $0.fields.contains(where: Self.counts)
    }
    guard let found, let snapshot = try? segment.snapshot(of: [found.name]) else { return nil }
    buffer = found.name
    self.snapshot = snapshot
    let fields = found.fields.filter(Self.counts)
    singles = fields.compactMap { try? snapshot.columns(found.name, $0.name, as: Float.self) }
    doubles = fields.compactMap { try? snapshot.columns(found.name, $0.name, as: Double.self) }
    norms = [Double?](repeating: nil, count: found.rows)
  }

  private static func counts(_ field: FieldLayout) -> Bool {
    field.count > 0 && (field.elementType == .f32 || field.elementType == .f64)
  }

  /// Reads them anew, without waiting.
  func take() {
    snapshot.take()
    for row in norms.indices where (try? snapshot.moment(of: buffer, row: row)) != .torn {
      var sum = 0.0
      for field in singles { field.withRow(row) { for value in $0 { sum += Double(value) * Double(value) } } }
      for field in doubles { field.withRow(row) { for value in $0 { sum += value * value } } }
      norms[row] = sum.squareRoot()
    }
  }
}
