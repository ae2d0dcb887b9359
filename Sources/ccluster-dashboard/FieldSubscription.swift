import ControlCluster

/// What a page wants to see of a buffer: some elements of one field, of some rows.
///
/// `{"id": 3, "buffer": "robot_state", "field": "joint_position", "rows": [0, 7], "elements": [0, 1, 2], "history": true}`;
/// elements count row-major through the field's shape.
struct FieldSubscription: Sendable, Equatable {
  /// The page's own number for it.
  var id: Int
  var buffer: BufferLayout
  var field: FieldLayout
  var rows: [Int]
  var elements: [Int]
  /// Whether every sample is wanted, or the newest alone.
  var keepsHistory: Bool

  /// Values of one sample, at most; more nobody can tell apart.
  static let mostValues = 4096

  /// - Throws: `unknownBuffer`, `unknownField`, `slotOutOfRange`, or `failed` for what makes no sense.
  init(_ json: JSONValue, of segment: Segment) throws(ClusterError) {
    guard let id = json["id"]?.int, let buffer = json["buffer"]?.string, let field = json["field"]?.string,
      let rows = json["rows"]?.array?.compactMap(\.int), let elements = json["elements"]?.array?.compactMap(\.int)
    else { throw .failed("a subscription has an id, a buffer, a field, rows and elements") }
    let (bufferLayout, fieldLayout) = try segment.field(buffer, field)
    for row in rows where !(0..<bufferLayout.rows).contains(row) {
      throw .slotOutOfRange(slot: row, count: bufferLayout.rows)
    }
    for element in elements where !(0..<fieldLayout.count).contains(element) {
      throw .failed("'\(buffer).\(field)' has no element \(element): it has \(fieldLayout.count), from 0")
    }
    guard rows.count * elements.count <= Self.mostValues else {
      throw .failed("\(rows.count * elements.count) values at a time are more than \(Self.mostValues)")
    }
    (self.id, self.buffer, self.field, self.rows, self.elements) = (id, bufferLayout, fieldLayout, rows, elements)
    keepsHistory = json["history"]?.bool ?? true
  }

  /// Whether a `Float` holds every value of the field.
  var isSingle: Bool {
    switch field.elementType {
    case .f32, .bool, .i8, .u8, .i16, .u16, .char: true
    case .i32, .u32, .i64, .u64, .f64: false
    }
  }
}
