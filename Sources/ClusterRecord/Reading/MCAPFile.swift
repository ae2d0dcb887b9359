/// An MCAP file to read: what its index says, or, of one that was never finished, what is found from its start up to the last
/// whole chunk. After the specification at mcap.dev/spec.
///
/// Nothing in it is trusted: numbers are checked against the file's size and against limits before memory is taken for them.
final class MCAPFile {
  static let magic: [UInt8] = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A]
  /// Of one chunk's contents, of the index, and of one attachment. Bytes.
  static let largestPiece: UInt64 = 1 << 30
  /// Kind and length.
  static let recordHeader: UInt64 = 9

  let file: FileBytes
  var path: String { file.path }

  private(set) var contents = Contents()
  /// Why the file is read only up to somewhere; `nil` when it was finished.
  private(set) var cut: RecordingError?

  /// What is known of a file before its messages are read.
  struct Contents {
    var channels: [UInt16: Channel] = [:]
    /// In the order of the file.
    var chunks: [ChunkIndex] = []
    var metadata: [MetadataIndex] = []
    var attachments: [AttachmentIndex] = []
    var statistics: Statistics?
  }

  /// - Throws: when the file cannot be read, or is no MCAP file.
  init(_ path: String) throws(RecordingError) {
    file = try FileBytes(path)
    let start = try file.read(Int(min(file.size, UInt64(Self.magic.count))), at: 0)
    guard start == Self.magic else { throw RecordingError(path: path, what: "it is no MCAP file") }
    if let footer = try footer() {
      contents = try summary(footer)
    } else {
      (contents, cut) = try scan()
    }
  }

  /// The records of a chunk, whole and checked.
  func chunk(_ index: ChunkIndex) throws(RecordingError) -> Chunk {
    try Chunk(record(at: index.offset, 0x06, "a chunk"), path: path, offset: index.offset)
  }

  /// The pairs of the first metadata record of that name; `nil` when there is none.
  func metadata(_ name: String) throws(RecordingError) -> [String: String]? {
    guard let index = contents.metadata.first(where: { $0.name == name }) else { return nil }
    var cursor = try record(at: index.offset, 0x0C, "metadata")
    _ = try cursor.text("a metadata record's name")
    return try cursor.pairs("metadata") { (cursor) throws(RecordingError) in
      (try cursor.text("a key of metadata"), try cursor.text("a value of metadata"))
    }
  }

  /// The bytes of the first attachment of that name; `nil` when there is none.
  func attachment(_ name: String) throws(RecordingError) -> [UInt8]? {
    guard let index = contents.attachments.first(where: { $0.name == name }) else { return nil }
    var cursor = try record(at: index.offset, 0x09, "an attachment")
    let start = cursor.rest.lowerBound
    _ = try AttachmentIndex.name(&cursor)
    let size: UInt64 = try cursor.number("an attachment's size")
    guard size <= UInt64(cursor.rest.count) else { throw cursor.error("the attachment '\(name)' is cut off") }
    let data = try cursor.take(Int(size), "an attachment")
    let sum = cursor[start..<data.upperBound].withUnsafeBytes { Checksum.crc32($0) }
    let expected: UInt32 = try cursor.number("an attachment's checksum")
    guard expected == 0 || sum == expected else {
      throw cursor.error("the attachment '\(name)' is damaged: its checksum is not right")
    }
    return Array(cursor[data])
  }

  /// A record of a kind that is known to stand there.
  private func record(at offset: UInt64, _ kind: UInt8, _ what: String) throws(RecordingError) -> ByteCursor {
    let header = try header(at: offset)
    guard let header, header.kind == kind else {
      throw RecordingError(path: path, place: .byte(offset), what: "the index has \(what) here, and there is none")
    }
    return try body(header)
  }

  // MARK: Records of the file

  struct RecordHeader {
    var kind: UInt8
    /// Of the whole record, and of what is behind its header.
    var offset: UInt64
    var length: UInt64
    var end: UInt64 { offset + MCAPFile.recordHeader + length }
  }

  /// - Returns: `nil` when the file ends before the record does.
  func header(at offset: UInt64) throws(RecordingError) -> RecordHeader? {
    guard offset < file.size, file.size - offset >= Self.recordHeader else { return nil }
    var cursor = ByteCursor(
      try file.read(Int(Self.recordHeader), at: offset), path: path, origin: .file(offset))
    let header = RecordHeader(
      kind: try cursor.number("a record's kind"), offset: offset, length: try cursor.number("a record's length"))
    guard header.length <= file.size - offset - Self.recordHeader else { return nil }
    return header
  }

  func body(_ header: RecordHeader, prefix: UInt64 = .max) throws(RecordingError) -> ByteCursor {
    let start = header.offset + Self.recordHeader
    let count = min(header.length, prefix)
    guard count <= Self.largestPiece else {
      throw RecordingError(
        path: path, place: .byte(header.offset),
        what: "a record of \(count) bytes is larger than what is read at once, \(Self.largestPiece)")
    }
    return ByteCursor(try file.read(Int(count), at: start), path: path, origin: .file(start))
  }
}
