import ControlCluster

/// Writes an MCAP file (https://mcap.dev/spec): chunks with their CRC and message indexes, attachments, metadata, and a
/// summary. What has been written as a whole stays readable, whatever happens to this process or the disk afterwards.
final class MCAPWriter {
  static let magic: [UInt8] = [0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a]

  let file: RecordingFile
  var schemas: [MCAPSchema] = []
  var channels: [MCAPChannel] = []
  var chunks: [MCAPChunk] = []
  var attachments: [MCAPEntry] = []
  var metadata: [MCAPEntry] = []

  /// The chunk that is being filled.
  private let chunk = ByteBuffer(capacity: 2 << 20)
  /// Of it by channel: log_time and place of each message, as the message index has them.
  private var indexes: [ByteBuffer] = []
  private var chunkTimes: (first: UInt64, last: UInt64)?
  private let compressed = ByteBuffer(capacity: 1 << 20)
  let scratch = ByteBuffer()
  private let compressor = Compressor()

  /// Begins the file.
  /// - Throws: `system`, from here on in all that writes; then the file is as it was before the call.
  init(_ file: RecordingFile, profile: String, library: String) throws(ClusterError) {
    self.file = file
    scratch.append(magic: Self.magic)
    scratch.append(record: .header) {
      scratch.append(string: profile)
      scratch.append(string: library)
    }
    try file.write([scratch.view])
  }

  // MARK: Before the first message

  /// Adds a schema to those that are written by ``writeDefinitions()``; its number.
  func add(schema name: String, _ definition: String) -> UInt16 {
    if let known = schemas.first(where: { $0.name == name }) { return known.id }
    schemas.append(MCAPSchema(id: UInt16(schemas.count + 1), name: name, definition: definition))
    return UInt16(schemas.count)
  }

  /// Adds a channel; its number. There are at most 65,535.
  func add(channel topic: String, schema: UInt16, metadata: [(key: String, value: String)] = []) -> UInt16 {
    // The profile ros2 demands it.
    let metadata = [(key: "offered_qos_profiles", value: "")] + metadata
    channels.append(MCAPChannel(id: UInt16(channels.count), schema: schema, topic: topic, metadata: metadata))
    indexes.append(ByteBuffer(capacity: 16))
    return UInt16(channels.count - 1)
  }

  /// Writes all schemas and channels: messages may follow.
  func writeDefinitions() throws(ClusterError) {
    scratch.removeAll()
    for schema in schemas { scratch.append(schema) }
    for channel in channels { scratch.append(channel) }
    try file.write([scratch.view])
  }

  // MARK: Beside the messages

  func write(metadata name: String, _ values: [(key: String, value: String)]) throws(ClusterError) {
    scratch.removeAll()
    scratch.append(record: .metadata) {
      scratch.append(string: name)
      scratch.append(map: values)
    }
    let entry = MCAPEntry(offset: UInt64(file.size), length: UInt64(scratch.count), name: name)
    try file.write([scratch.view])
    metadata.append(entry)
  }

  /// - Parameter time: ns since 1970.
  func write(attachment name: String, _ mediaType: String, _ text: String, at time: UInt64) throws(ClusterError) {
    scratch.removeAll()
    scratch.append(record: .attachment) {
      scratch.append(time)
      scratch.append(UInt64(0))
      scratch.append(string: name)
      scratch.append(string: mediaType)
      scratch.append(UInt64(text.utf8.count))
      scratch.append(utf8: text)
      let fields = UnsafeRawBufferPointer(rebasing: scratch.view.dropFirst(MCAPOpcode.prefixSize))
      scratch.append(Checksum.crc32(fields))
    }
    let entry = MCAPEntry(
      offset: UInt64(file.size), length: UInt64(scratch.count), name: name, mediaType: mediaType,
      dataSize: UInt64(text.utf8.count), time: time)
    try file.write([scratch.view])
    attachments.append(entry)
  }

  // MARK: Messages

  /// Bytes in the chunk that is being filled, and the log_time of its first message.
  var openChunk: (bytes: Int, since: UInt64)? { chunkTimes.map { (chunk.count, $0.first) } }

  /// Appends a message to the chunk that is being filled. Times must not go back.
  /// - Parameter body: appends the data.
  func append(channel: UInt16, sequence: UInt32, time: UInt64, _ body: (ByteBuffer) -> Void) {
    let index = indexes[Int(channel)]
    index.append(time)
    index.append(UInt64(chunk.count))
    chunkTimes = (chunkTimes?.first ?? time, time)
    chunk.append(record: .message) {
      chunk.append(channel)
      chunk.append(sequence)
      chunk.append(time)
      chunk.append(time)
      body(chunk)
    }
  }

  /// Writes the chunk with its message indexes.
  /// - Parameter steps: kept with it.
  /// - Throws: `system`; then its messages are lost, and the file is as it was.
  func endChunk(steps: Int) throws {
    guard let times = chunkTimes else { return }
    defer {
      chunk.removeAll()
      for index in indexes { index.removeAll() }
      chunkTimes = nil
    }
    compressed.removeAll()
    try compressor.compress(chunk.view, into: compressed)
    let start = UInt64(file.size)
    scratch.removeAll()
    scratch.append(MCAPOpcode.chunk.rawValue)
    scratch.append(UInt64(8 + 8 + 8 + 4 + 4 + Compressor.name.utf8.count + 8 + compressed.count))
    scratch.append(times.first)
    scratch.append(times.last)
    scratch.append(UInt64(chunk.count))
    scratch.append(Checksum.crc32(chunk.view))
    scratch.append(string: Compressor.name)
    scratch.append(UInt64(compressed.count))
    let length = UInt64(scratch.count + compressed.count)
    let tail = ByteBuffer()
    var places: [(channel: UInt16, offset: UInt64, messages: Int)] = []
    for (channel, index) in indexes.enumerated() where index.count > 0 {
      places.append((UInt16(channel), start + length + UInt64(tail.count), index.count / 16))
      tail.append(record: .messageIndex) {
        tail.append(UInt16(channel))
        tail.append(UInt32(index.count))
        tail.append(index.view)
      }
    }
    let before = file.mark
    try file.write([scratch.view, compressed.view, tail.view])
    chunks.append(
      MCAPChunk(
        before: before, start: start, length: length, times: times, compressedSize: UInt64(compressed.count),
        uncompressedSize: UInt64(chunk.count), indexes: places, indexLength: UInt64(tail.count), steps: steps))
  }

  /// Takes the last chunk out of the file again, to make room; whether there was one.
  func dropLastChunk() -> Bool {
    guard let last = chunks.popLast() else { return false }
    file.goBack(to: last.before)
    return true
  }
}
