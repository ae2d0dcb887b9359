import ControlCluster

/// The memory map for people and programs: what `ccluster map` prints.
public struct MapReport: Sendable {
  /// Name of the shared-memory object.
  public let segment: String
  public let layout: ClusterLayout

  /// - Parameter uid: the user whose cluster it is; a plan knows none.
  public init(_ layout: ClusterLayout, uid: UInt32) {
    segment = SegmentName.of(layout.name, uid: uid)
    self.layout = layout
  }
}

// MARK: - JSON

extension MapReport {
  /// One object. Offsets and strides in bytes: a buffer's offset from the start of the object, a field's from the start of its
  /// row. The hash is a string, `0x` and 16 digits, for JSON's numbers do not hold 64 bits everywhere. Buffers with
  /// `"sync": "latest"` also have `copies`, `copy_stride` (from a row to its next copy) and `sequence_offset` (from the
  /// buffer's offset to the first sequence word, one every 64 bytes).
  public var json: JSONValue {
    [
      "segment": .string(segment),
      "size": .integer(layout.size),
      "layout_hash": .string(Self.hexadecimal(layout.hash)),
      "buffers": .array(layout.buffers.map(Self.json(of:))),
    ]
  }

  static func hexadecimal(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func json(of buffer: BufferLayout) -> JSONValue {
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue) { members.append(JSONValue.Member(key: key, value: value)) }
    add("name", .string(buffer.name))
    add("writer", .string(buffer.writer.name))
    add("per", .string(buffer.per.name))
    add("sync", .string(buffer.sync.name))
    add("rows", .integer(buffer.rows))
    add("offset", .integer(buffer.offset))
    add("row_stride", .integer(buffer.rowStride))
    if buffer.sync == .latest {
      add("copies", .integer(BufferLayout.latestCopies))
      add("copy_stride", .integer(buffer.copyStride))
      add("sequence_offset", .integer(buffer.sequenceOffset))
    }
    add("fields", .array(buffer.fields.map(json(of:))))
    return .object(members)
  }

  private static func json(of field: FieldLayout) -> JSONValue {
    [
      "name": .string(field.name),
      "dtype": .string(field.elementType.name),
      "shape": .array(field.shape.map(JSONValue.integer)),
      "strides": .array(field.strides.map(JSONValue.integer)),
      "offset": .integer(field.offset),
      "unit": .string(field.unit),
      "columns": .strings(field.columns),
    ]
  }
}

// MARK: - Text

extension MapReport {
  /// A table of fields for each buffer; ends with a line break.
  public var text: String {
    let size = Quantity.thousands(layout.size)
    return "\(segment)  \(size) bytes  layout \(Self.hexadecimal(layout.hash))\n"
      + layout.buffers.map { "\n" + Self.text(of: $0) }.joined()
  }

  private static func text(of buffer: BufferLayout) -> String {
    let owner = buffer.per == .controller ? "each controller" : "the cluster"
    var text = "\(buffer.name)  \(buffer.sync.name), written by the \(buffer.writer.name), a row for \(owner)\n"
    text += "  \(Quantity.count(buffer.rows, "row")) every \(Quantity.thousands(buffer.rowStride)) bytes"
    text += " from \(Quantity.thousands(buffer.offset))"
    if buffer.sync == .latest {
      text += ", \(BufferLayout.latestCopies) copies \(Quantity.thousands(buffer.copyStride)) bytes apart"
      text += ", sequence words from +\(Quantity.thousands(buffer.sequenceOffset))"
    }
    text += "\n"
    var table = TextTable(
      ("field", .left), ("dtype", .left), ("shape", .left), ("strides", .left), ("offset", .right), ("bytes", .right),
      ("unit", .left), ("columns", .left))
    for field in buffer.fields {
      table.add(
        field.name, field.elementType.name, HumanText.list(field.shape), HumanText.list(field.strides),
        Quantity.thousands(field.offset), Quantity.thousands(field.size), units(of: field), columns(of: field))
    }
    return text + (buffer.fields.isEmpty ? "" : table.text())
  }

  /// The unit, or the order of a quaternion's elements.
  private static func units(of field: FieldLayout) -> String {
    [field.unit, field.convention].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Short enough for one line: the first and last names stand for the rest.
  private static func columns(of field: FieldLayout) -> String {
    guard field.columns.count > 4, let first = field.columns.first, let last = field.columns.last else {
      return field.columns.joined(separator: ", ")
    }
    return "\(first) … \(last)"
  }
}
