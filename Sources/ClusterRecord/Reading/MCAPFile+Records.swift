extension MCAPFile {
  /// Where messages of one kind belong.
  struct Channel {
    var schema: UInt16
    var topic: String
    var encoding: String
    var metadata: [String: String]

    static func read(_ cursor: inout ByteCursor) throws(RecordingError) -> (UInt16, Channel) {
      let id: UInt16 = try cursor.number("a channel's number")
      let schema: UInt16 = try cursor.number("a channel's schema")
      let topic = try cursor.text("a channel's topic")
      let encoding = try cursor.text("a channel's encoding")
      let metadata = try cursor.pairs("a channel's metadata") { (cursor) throws(RecordingError) in
        (try cursor.text("a key of a channel"), try cursor.text("a value of a channel"))
      }
      return (id, Channel(schema: schema, topic: topic, encoding: encoding, metadata: metadata))
    }
  }

  /// Where a chunk is, and what times it spans.
  struct ChunkIndex {
    /// Of the chunk's record.
    var offset: UInt64
    /// Log times, ns.
    var start: UInt64
    var end: UInt64

    static func read(_ cursor: inout ByteCursor) throws(RecordingError) -> ChunkIndex {
      let start: UInt64 = try cursor.number("a chunk's first time")
      let end: UInt64 = try cursor.number("a chunk's last time")
      return ChunkIndex(offset: try cursor.number("a chunk's place"), start: start, end: end)
    }
  }

  struct MetadataIndex {
    var offset: UInt64
    var name: String

    static func read(_ cursor: inout ByteCursor) throws(RecordingError) -> MetadataIndex {
      let offset: UInt64 = try cursor.number("a metadata record's place")
      _ = try cursor.number("a metadata record's length", as: UInt64.self)
      return MetadataIndex(offset: offset, name: try cursor.text("a metadata record's name"))
    }
  }

  struct AttachmentIndex {
    var offset: UInt64
    var name: String

    static func read(_ cursor: inout ByteCursor) throws(RecordingError) -> AttachmentIndex {
      let offset: UInt64 = try cursor.number("an attachment's place")
      _ = try cursor.number("an attachment's length", as: UInt64.self)
      for what in ["log time", "creation time", "size"] {
        _ = try cursor.number("an attachment's \(what)", as: UInt64.self)
      }
      return AttachmentIndex(offset: offset, name: try cursor.text("an attachment's name"))
    }

    /// From the start of the attachment itself, up to the size of its data.
    static func name(_ cursor: inout ByteCursor) throws(RecordingError) -> String {
      for what in ["log time", "creation time"] { _ = try cursor.number("an attachment's \(what)", as: UInt64.self) }
      let name = try cursor.text("an attachment's name")
      _ = try cursor.text("an attachment's media type")
      return name
    }
  }

  struct Statistics {
    var messages: UInt64
    /// Messages of each channel.
    var ofChannels: [UInt16: UInt64]

    static func read(_ cursor: inout ByteCursor) throws(RecordingError) -> Statistics {
      let messages: UInt64 = try cursor.number("the number of messages")
      _ = try cursor.number("the number of schemas", as: UInt16.self)
      for what in ["channels", "attachments", "metadata records", "chunks"] {
        _ = try cursor.number("the number of \(what)", as: UInt32.self)
      }
      for what in ["first", "last"] { _ = try cursor.number("the \(what) message's time", as: UInt64.self) }
      let counts = try cursor.pairs("the counts of messages") { (cursor) throws(RecordingError) in
        (
          try cursor.number("a channel's number", as: UInt16.self),
          try cursor.number("a channel's count", as: UInt64.self)
        )
      }
      return Statistics(messages: messages, ofChannels: counts)
    }
  }
}
