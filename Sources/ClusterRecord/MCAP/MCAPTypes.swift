/// How the messages of some channels are to be read.
struct MCAPSchema {
  /// From 1 on.
  var id: UInt16
  var name: String
  /// A definition in `ros2msg`.
  var definition: String
}

/// A stream of messages of one kind.
struct MCAPChannel {
  var id: UInt16
  var schema: UInt16
  var topic: String
  var metadata: [(key: String, value: String)]
}

/// Where a chunk lies in the file, and what is in it.
struct MCAPChunk {
  /// The file as it was before it.
  var before: RecordingFile.Mark
  var start: UInt64
  /// Bytes of the record.
  var length: UInt64
  /// log_time of its first and last message, ns.
  var times: (first: UInt64, last: UInt64)
  var compressedSize: UInt64
  var uncompressedSize: UInt64
  /// By channel: where its message index record lies, and how many messages it has.
  var indexes: [(channel: UInt16, offset: UInt64, messages: Int)]
  var indexLength: UInt64
  /// Of the recorder: how many steps had been written up to its end.
  var steps: Int
}

/// Something beside the messages that the summary tells of.
struct MCAPEntry {
  var offset: UInt64
  var length: UInt64
  var name: String
  /// Attachments only.
  var mediaType = ""
  var dataSize: UInt64 = 0
  var time: UInt64 = 0
}
