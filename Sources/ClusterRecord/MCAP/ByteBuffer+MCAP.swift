// How MCAP serializes what its records are made of: https://mcap.dev/spec#serialization
extension ByteBuffer {
  func append(string text: String) {
    append(UInt32(text.utf8.count))
    append(utf8: text)
  }

  /// A map or an array: what `body` appends, behind its size.
  func append(sized body: () -> Void) {
    let start = count
    append(UInt32(0))
    body()
    store(UInt32(count - start - 4), at: start)
  }

  func append(map: [(key: String, value: String)]) {
    append(sized: {
      for (key, value) in map {
        append(string: key)
        append(string: value)
      }
    })
  }

  /// A record: what `body` appends, behind its opcode and size.
  func append(record opcode: MCAPOpcode, _ body: () -> Void) {
    append(opcode.rawValue)
    let start = count
    append(UInt64(0))
    body()
    store(UInt64(count - start - 8), at: start)
  }
}

/// What a record of a file is: https://mcap.dev/spec#records
enum MCAPOpcode: UInt8 {
  case header = 0x01
  case footer, schema, channel, message, chunk, messageIndex, chunkIndex, attachment, attachmentIndex, statistics
  case metadata, metadataIndex, summaryOffset, dataEnd

  /// What every record begins with: its opcode and the size of what follows.
  static let prefixSize = 9
}
