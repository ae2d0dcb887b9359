import ControlCluster

/// A buffer of a recording: how its rows lie in each message.
public struct RecordedBuffer: Sendable, Equatable {
  public var name: String
  public var writer: Writer
  public var per: RowOwner
  public var sync: SyncMode
  public var rows: Int
  /// Bytes from one row of a message to the next.
  public var stride: Int
  /// Their offsets are from the start of a row, which begins with its version.
  public var fields: [FieldLayout]

  /// Bytes of a message in front of its first row: FORMAT.md says why they are always as many.
  static let firstRow = 36
  /// Of a message. Bytes.
  static var largest: Int { Int(MCAPFile.largestPiece) }

  /// Bytes of a message: the last row has no padding behind it.
  var messageSize: Int {
    let end = fields.map { $0.offset + $0.size }.max() ?? 0
    return Self.firstRow + (rows > 0 ? (rows - 1) * stride + max(end, 8) : 0)
  }

  public subscript(field name: String) -> FieldLayout? { fields.first { $0.name == name } }

  /// Reads a channel's `layout`.
  /// - Throws: `failed` for one that contradicts itself.
  init(_ layout: String) throws(ClusterError) {
    let json: JSONValue
    do { json = try JSONValue(parsing: layout) } catch { throw .failed("a buffer's layout is no JSON: \(error)") }
    guard let name = json["buffer"]?.string, let writer = Self.value(json["writer"], among: Writer.allCases, \.name),
      let per = Self.value(json["per"], among: RowOwner.allCases, \.name),
      let sync = Self.value(json["sync"], among: SyncMode.allCases, \.name),
      let rows = json["rows"]?.int, let stride = json["stride"]?.int, let fields = json["fields"]?.array
    else { throw .failed("a buffer's layout lacks what every buffer has") }
    // Each of them first: their product must not overflow.
    guard (0...(1 << 24)).contains(rows), (8...Self.largest).contains(stride), rows * stride <= Self.largest else {
      throw .failed("'\(name)' cannot have \(rows) rows of \(stride) bytes")
    }
    (self.name, self.writer, self.per, self.sync) = (name, writer, per, sync)
    (self.rows, self.stride) = (rows, stride)
    self.fields = []
    for field in fields { self.fields.append(try Self.field(field, of: name, stride: stride)) }
  }

  private static func field(_ json: JSONValue, of buffer: String, stride: Int) throws(ClusterError) -> FieldLayout {
    guard let name = json["name"]?.string, let type = json["dtype"]?.string.flatMap({ ElementType(name: $0) }),
      let offset = json["offset"]?.int, let shape = json["shape"]?.array?.compactMap(\.int),
      shape.count == json["shape"]?.array?.count, let columns = json["columns"]?.array?.compactMap(\.string)
    else { throw .failed("a field of '\(buffer)' lacks what every field has") }
    var size = type.size
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= largest else { throw .failed("'\(buffer).\(name)' is too large") }
      size = product
    }
    let axis = json["columns_axis"]?.int ?? 0
    guard (0...largest).contains(offset), offset + size <= stride,
      columns.isEmpty || (shape.indices.contains(axis) && shape[axis] == columns.count)
    else { throw .failed("'\(buffer).\(name)' does not fit into its row") }
    return FieldLayout(
      name: name, elementType: type, shape: shape, offset: offset, unit: json["unit"]?.string ?? "",
      convention: json["convention"]?.string ?? "", frame: json["frame"]?.string ?? "", columns: columns,
      columnsAxis: axis)
  }

  private static func value<Value>(_ json: JSONValue?, among all: [Value], _ name: (Value) -> String) -> Value? {
    all.first { name($0) == json?.string }
  }
}

/// What a buffer held in one step.
public struct RecordedRows: Sendable {
  public let buffer: RecordedBuffer
  private let data: ArraySlice<UInt8>

  /// - Returns: `nil` when the message is too short for its rows.
  init?(_ buffer: RecordedBuffer, _ data: ArraySlice<UInt8>) {
    guard data.count >= buffer.messageSize else { return nil }
    self.buffer = buffer
    self.data = data
  }

  /// Lends a row's bytes, its version first.
  public func withRow<Result>(_ row: Int, _ body: (UnsafeRawPointer) throws -> Result) rethrows -> Result {
    precondition((0..<buffer.rows).contains(row), "row \(row) of \(buffer.rows)")
    return try data.withUnsafeBytes {
      try body($0.baseAddress! + RecordedBuffer.firstRow + row * buffer.stride)
    }
  }

  /// The generation that the row is of; for `latest` rows how often it had been written. All ones: it is no row.
  public func version(of row: Int) -> UInt64 {
    withRow(row) { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
  }
}
