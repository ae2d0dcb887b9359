import ControlCluster

/// How the rows of a buffer become messages: FORMAT.md has the layout.
struct BufferMessage {
  let buffer: BufferLayout
  /// Bytes from one row to the next, and of the last one.
  let stride: Int
  let rowSize: Int
  let fields: [Field]
  let definition: MessageDefinition
  /// From the row in memory to that of the message: where each goes, fields that lie side by side in both together.
  private let runs: [(source: Int, target: Int, size: Int)]

  /// A field of the row as the message has it.
  struct Field {
    var layout: FieldLayout
    var member: String
    /// From the start of the message's row.
    var offset: Int
  }

  /// What every row begins with: its version.
  private static let versionSize = 8
  /// Bytes of a message's data before its first row: encoding, header, generation, and the step.
  private static let rowsOffset = 36

  /// - Parameter names: of all types so far.
  init(_ buffer: BufferLayout, _ names: inout MessageNames) {
    self.buffer = buffer
    var members = MessageNames(taken: ["row_version"])
    var end = Self.versionSize
    var fields: [Field] = []
    var runs: [(source: Int, target: Int, size: Int)] = []
    for layout in buffer.fields where layout.size > 0 {
      end = end.roundedUp(to: layout.elementType.size)
      fields.append(Field(layout: layout, member: members.field(layout.name), offset: end))
      if let last = runs.last, layout.offset - last.source == end - last.target {
        runs[runs.count - 1].size = layout.offset + layout.size - last.source
      } else {
        runs.append((layout.offset, end, layout.size))
      }
      end += layout.size
    }
    (self.fields, self.runs, rowSize) = (fields, runs, end)
    stride = end.roundedUp(to: 8)
    let type = names.type(buffer.name)
    let row = MessageDefinition(
      name: "ccluster/msg/\(type)Row", fields: ["uint64 row_version"] + fields.map(Self.line))
    definition = MessageDefinition(
      name: "ccluster/msg/\(type)",
      fields: [
        "std_msgs/Header header", "uint32 generation", "uint64 step", "ccluster/\(type)Row[\(buffer.rows)] rows",
      ], dependencies: [.header, row])
  }

  private static func line(of field: Field) -> String {
    let layout = field.layout
    let type =
      switch layout.elementType {
      case .bool, .char, .u8: "uint8"
      case .i8: "int8"
      case .i16: "int16"
      case .i32: "int32"
      case .i64: "int64"
      case .u16: "uint16"
      case .u32: "uint32"
      case .u64: "uint64"
      case .f32: "float32"
      case .f64: "float64"
      }
    var words: [String] = []
    if layout.elementType == .bool || layout.elementType == .char { words.append(layout.elementType.name) }
    words += [layout.unit, layout.convention].filter { !$0.isEmpty }
    if !layout.frame.isEmpty { words.append("frame \(layout.frame)") }
    if layout.shape.count > 1 { words.append("shape \(layout.shape.map(String.init).joined(separator: " x "))") }
    if !layout.columns.isEmpty { words.append("of \(layout.columns.joined(separator: " "))") }
    // A line is a field, whatever a name holds.
    let comment = String(words.joined(separator: ", ").map { $0.isNewline ? " " : $0 })
    let array = layout.shape.isEmpty ? "" : "[\(layout.count)]"
    return "\(type)\(array) \(field.member)" + (comment.isEmpty ? "" : "  # \(comment)")
  }

  /// The channel's metadata.
  var layout: JSONValue {
    [
      "buffer": .string(buffer.name), "writer": .string(buffer.writer.name), "per": .string(buffer.per.name),
      "sync": .string(buffer.sync.name), "rows": .integer(buffer.rows), "stride": .integer(stride),
      "fields": .array(
        fields.map { field in
          let layout = field.layout
          return [
            "name": .string(layout.name), "member": .string(field.member), "dtype": .string(layout.elementType.name),
            "shape": .array(layout.shape.map(JSONValue.integer)), "offset": .integer(field.offset),
            "size": .integer(layout.size), "unit": .string(layout.unit), "convention": .string(layout.convention),
            "frame": .string(layout.frame), "columns": .array(layout.columns.map(JSONValue.string)),
            "columns_axis": .integer(layout.columnsAxis),
          ]
        }),
    ]
  }

  /// Appends the message's data.
  /// - Parameters:
  ///   - stamp: ns
  ///   - rows: where they lie, as far apart as in memory.
  ///   - version: of a row.
  func write(
    _ step: ClusterSnapshot.Followed, stamp: UInt64, rows: UnsafeRawPointer, version: (Int) -> UInt64,
    into buffer: ByteBuffer
  ) {
    let message = CDRWriter(buffer)
    message.appendHeader(stamp: stamp)
    message.append(step.generation)
    message.append(step.number)
    let count = self.buffer.rows
    guard count > 0 else { return }
    let size = (count - 1) * stride + rowSize
    let target = buffer.extend(by: size)
    // Paddings hold nothing of what was there before.
    if stride > rowSize || runs.count > 1 { target.initializeMemory(as: UInt8.self, repeating: 0, count: size) }
    for row in 0..<count {
      let place = target + row * stride
      place.storeBytes(of: version(row).littleEndian, as: UInt64.self)
      let source = rows + row * self.buffer.rowStride
      for run in runs { (place + run.target).copyMemory(from: source + run.source, byteCount: run.size) }
    }
  }
}
