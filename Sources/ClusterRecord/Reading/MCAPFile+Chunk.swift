extension MCAPFile {
  /// The contents of one chunk, decompressed and checked.
  struct Chunk {
    /// All of its records.
    let records: ByteCursor

    /// - Parameters:
    ///   - cursor: the chunk's record.
    ///   - offset: of that record in the file.
    init(_ cursor: ByteCursor, path: String, offset: UInt64) throws(RecordingError) {
      var cursor = cursor
      for what in ["first", "last"] { _ = try cursor.number("a chunk's \(what) time", as: UInt64.self) }
      let size: UInt64 = try cursor.number("the size of a chunk's contents")
      let checksum: UInt32 = try cursor.number("a chunk's checksum")
      let compression = try cursor.text("a chunk's compression")
      let count: UInt64 = try cursor.number("a chunk's size")
      guard size <= MCAPFile.largestPiece, count <= UInt64(cursor.rest.count) else {
        throw cursor.error("a chunk of \(count) bytes with \(size) bytes in it is too large, or cut off")
      }
      let packed = cursor[try cursor.take(Int(count), "a chunk")]
      let bytes: [UInt8]
      do throws(DecompressionError) {
        bytes = try Decompression.contents(of: packed, compression, size: Int(size))
      } catch { throw RecordingError(path: path, place: .byte(offset), what: "a chunk is damaged: \(error)") }
      guard checksum == 0 || bytes.withUnsafeBytes({ Checksum.crc32($0) }) == checksum else {
        throw RecordingError(path: path, place: .byte(offset), what: "a chunk is damaged: its checksum is not right")
      }
      records = ByteCursor(bytes, path: path, origin: .chunk(offset))
    }
  }
}
