// How a file's contents are found: by the summary at its end, or record by record.
extension MCAPFile {
  struct Footer {
    /// 0 when there is none.
    var summary: UInt64
    var checksum: UInt32
    /// Of the record itself.
    var offset: UInt64
  }

  /// - Returns: `nil` when the file does not end as a finished one does.
  func footer() throws(RecordingError) -> Footer? {
    let length: UInt64 = 8 + 8 + 4
    let size = Self.recordHeader + length + UInt64(Self.magic.count)
    guard file.size >= UInt64(Self.magic.count) + size else { return nil }
    let offset = file.size - size
    let tail = try file.read(Int(size), at: offset)
    guard tail.suffix(Self.magic.count).elementsEqual(Self.magic), let header = try header(at: offset),
      header.kind == 0x02, header.length == length
    else { return nil }
    var cursor = try body(header)
    let summary: UInt64 = try cursor.number("the summary's place")
    _ = try cursor.number("the summary offsets' place", as: UInt64.self)
    guard summary == 0 || (summary >= UInt64(Self.magic.count) && summary <= offset) else {
      throw RecordingError(path: path, place: .byte(offset), what: "the summary cannot be at byte \(summary)")
    }
    return Footer(summary: summary, checksum: try cursor.number("the summary's checksum"), offset: offset)
  }

  func summary(_ footer: Footer) throws(RecordingError) -> Contents {
    // Nobody has to write one.
    guard footer.summary > 0 else { return try scan().contents }
    let checked = footer.offset + Self.recordHeader + 16 - footer.summary
    guard checked <= Self.largestPiece else {
      throw RecordingError(path: path, place: .byte(footer.summary), what: "an index of \(checked) bytes is too large")
    }
    let bytes = try file.read(Int(checked), at: footer.summary)
    guard footer.checksum == 0 || bytes.withUnsafeBytes({ Checksum.crc32($0) }) == footer.checksum else {
      throw RecordingError(
        path: path, place: .byte(footer.summary), what: "the index is damaged: its checksum is not right")
    }
    var cursor = ByteCursor(bytes, path: path, origin: .file(footer.summary))
    var contents = Contents()
    while UInt64(cursor.rest.lowerBound) < footer.offset - footer.summary {
      var (kind, body) = try cursor.record()
      switch kind {
      case 0x04: try contents.add(channel: &body)
      case 0x08: contents.chunks.append(try .read(&body))
      case 0x0A: contents.attachments.append(try .read(&body))
      case 0x0B: contents.statistics = try .read(&body)
      case 0x0D: contents.metadata.append(try .read(&body))
      default: break
      }
    }
    return contents
  }

  /// Goes through the file from its start, up to its end or the first record that is not whole or not sound. Every chunk is read
  /// and checked.
  /// - Returns: also why it went no further, if the file ends in the middle.
  func scan() throws(RecordingError) -> (contents: Contents, cut: RecordingError?) {
    var contents = Contents()
    var offset = UInt64(Self.magic.count)
    while let header = try header(at: offset) {
      do throws(RecordingError) {
        guard try contents.add(header, of: self) else { return (contents, nil) }
      } catch { return (contents, error) }
      offset = header.end
    }
    return (contents, RecordingError(path: path, place: .byte(offset), what: "the file ends in the middle of a record"))
  }
}

extension MCAPFile.Contents {
  fileprivate mutating func add(channel cursor: inout ByteCursor) throws(RecordingError) {
    let (id, channel) = try MCAPFile.Channel.read(&cursor)
    channels[id] = channel
  }

  /// - Returns: false at the end of the data.
  fileprivate mutating func add(_ header: MCAPFile.RecordHeader, of file: MCAPFile) throws(RecordingError) -> Bool {
    switch header.kind {
    // A file system may fill with zeros what was never written.
    case 0x00: throw RecordingError(path: file.path, place: .byte(header.offset), what: "there is no record of kind 0")
    case 0x04:
      var body = try file.body(header)
      try add(channel: &body)
    case 0x06:
      var body = try file.body(header, prefix: 16)
      let start: UInt64 = try body.number("a chunk's first time")
      let index = MCAPFile.ChunkIndex(offset: header.offset, start: start, end: try body.number("a chunk's last time"))
      let chunk = try file.chunk(index)
      var records = chunk.records
      while !records.isAtEnd {
        var (kind, body) = try records.record()
        if kind == 0x04 { try add(channel: &body) }
      }
      chunks.append(index)
    case 0x09:
      // Names are short, and an attachment may be large.
      var body = try file.body(header, prefix: 1 << 16)
      attachments.append(
        MCAPFile.AttachmentIndex(offset: header.offset, name: try MCAPFile.AttachmentIndex.name(&body)))
    case 0x0C:
      var body = try file.body(header)
      metadata.append(MCAPFile.MetadataIndex(offset: header.offset, name: try body.text("a metadata record's name")))
    case 0x0F: return false
    default: break
    }
    return true
  }
}
