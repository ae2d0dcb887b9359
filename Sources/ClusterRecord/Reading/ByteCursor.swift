/// Reads little-endian numbers, texts and tables out of some bytes of a recording, one after the other, and never beyond their
/// end: a recording may have been written by anybody.
struct ByteCursor {
  /// Where the bytes stand, for errors.
  enum Origin {
    /// From that byte of the file on.
    case file(UInt64)
    /// In the contents of the chunk at that byte of the file.
    case chunk(UInt64)
  }

  let path: String
  private let origin: Origin
  private let bytes: [UInt8]
  /// Of `bytes`.
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8], path: String, origin: Origin) {
    self.init(bytes, 0..<bytes.count, path: path, origin: origin)
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>, path: String, origin: Origin) {
    self.path = path
    self.origin = origin
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }
  var rest: Range<Int> { position..<end }

  func error(_ what: String) -> RecordingError {
    switch origin {
    case .file(let start): RecordingError(path: path, place: .byte(start + UInt64(position)), what: what)
    case .chunk(let offset): RecordingError(path: path, place: .chunk(at: offset, byte: position), what: what)
    }
  }

  /// - Parameter what: what is being read, for the error.
  mutating func number<Value: FixedWidthInteger>(_ what: String, as type: Value.Type = Value.self)
    throws(RecordingError)
    -> Value
  {
    let start = try take(MemoryLayout<Value>.size, what).lowerBound
    return Value(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Value.self) })
  }

  /// A text behind its length.
  mutating func text(_ what: String) throws(RecordingError) -> String {
    let range = try block(what)
    guard let text = String(validating: bytes[range], as: UTF8.self) else { throw error("\(what) is not UTF-8") }
    return text
  }

  /// Bytes behind their length of 32 bits.
  mutating func block(_ what: String) throws(RecordingError) -> Range<Int> {
    let count: UInt32 = try number("the length of \(what)")
    return try take(Int(count), what)
  }

  /// Pairs behind their length in bytes.
  mutating func pairs<Key: Hashable, Value>(
    _ what: String, _ pair: (inout ByteCursor) throws(RecordingError) -> (Key, Value)
  ) throws(RecordingError) -> [Key: Value] {
    var cursor = ByteCursor(bytes, try block(what), path: path, origin: origin)
    var pairs: [Key: Value] = [:]
    while !cursor.isAtEnd {
      let (key, value) = try pair(&cursor)
      pairs[key] = value
    }
    return pairs
  }

  /// The next so many bytes.
  mutating func take(_ count: Int, _ what: String) throws(RecordingError) -> Range<Int> {
    guard count <= end - position else {
      throw error("\(what) takes \(count) bytes, and there are \(end - position) left")
    }
    defer { position += count }
    return position..<(position + count)
  }

  /// The next record of an MCAP file.
  mutating func record() throws(RecordingError) -> (kind: UInt8, body: ByteCursor) {
    let kind: UInt8 = try number("a record's kind")
    let length: UInt64 = try number("a record's length")
    guard length <= UInt64(end - position) else {
      throw error("a record takes \(length) bytes, and there are \(end - position) left")
    }
    let range = try take(Int(length), "a record")
    return (kind, ByteCursor(bytes, range, path: path, origin: origin))
  }

  subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }
}
