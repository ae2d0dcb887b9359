import ControlCluster

// The end of a file.
extension MCAPWriter {
  /// Writes summary and footer behind a last metadata record, and makes room for them if it must: by taking the last chunks
  /// out again.
  /// - Parameter end: the metadata, of what is in the file then.
  /// - Throws: `system` when there is no room for them even without any chunk.
  func finish(_ name: String, _ end: () -> [(key: String, value: String)]) throws(ClusterError) {
    while true {
      do throws(ClusterError) {
        let mark = file.mark
        let entries = metadata.count
        do throws(ClusterError) {
          try write(metadata: name, end())
          return try writeSummary()
        } catch {
          file.goBack(to: mark)
          metadata.removeLast(metadata.count - entries)
          throw error
        }
      } catch {
        guard dropLastChunk() else { throw error }
      }
    }
  }

  private func writeSummary() throws(ClusterError) {
    scratch.removeAll()
    scratch.append(record: .dataEnd) { scratch.append(file.crc) }
    let dataEnd = scratch.count
    let start = UInt64(file.size + dataEnd)
    var groups: [(opcode: MCAPOpcode, start: UInt64, length: UInt64)] = []
    func group(_ opcode: MCAPOpcode, _ body: () -> Void) {
      let before = scratch.count
      body()
      guard scratch.count > before else { return }
      groups.append((opcode, start + UInt64(before - dataEnd), UInt64(scratch.count - before)))
    }
    group(.schema) { for schema in schemas { scratch.append(schema) } }
    group(.channel) { for channel in channels { scratch.append(channel) } }
    group(.statistics) { scratch.append(record: .statistics) { appendStatistics() } }
    group(.chunkIndex) { for chunk in chunks { scratch.append(chunk) } }
    group(.attachmentIndex) { for entry in attachments { scratch.append(attachment: entry) } }
    group(.metadataIndex) { for entry in metadata { scratch.append(metadata: entry) } }
    let offsets = start + UInt64(scratch.count - dataEnd)
    for (opcode, start, length) in groups {
      scratch.append(record: .summaryOffset) {
        scratch.append(opcode.rawValue)
        scratch.append(start)
        scratch.append(length)
      }
    }
    // Its size first: the checksum is of the summary and of the footer up to here.
    scratch.append(MCAPOpcode.footer.rawValue)
    scratch.append(UInt64(8 + 8 + 4))
    scratch.append(start)
    scratch.append(offsets)
    scratch.append(Checksum.crc32(UnsafeRawBufferPointer(rebasing: scratch.view.dropFirst(dataEnd))))
    scratch.append(magic: Self.magic)
    try file.write([scratch.view])
  }

  private func appendStatistics() {
    var counts = [UInt64](repeating: 0, count: channels.count)
    for chunk in chunks { for index in chunk.indexes { counts[Int(index.channel)] += UInt64(index.messages) } }
    scratch.append(counts.reduce(0, +))
    scratch.append(UInt16(schemas.count))
    scratch.append(UInt32(channels.count))
    scratch.append(UInt32(attachments.count))
    scratch.append(UInt32(metadata.count))
    scratch.append(UInt32(chunks.count))
    scratch.append(chunks.first?.times.first ?? 0)
    scratch.append(chunks.last?.times.last ?? 0)
    scratch.append(sized: {
      for (channel, count) in counts.enumerated() where count > 0 {
        scratch.append(UInt16(channel))
        scratch.append(count)
      }
    })
  }
}

extension ByteBuffer {
  func append(magic: [UInt8]) { magic.withUnsafeBytes { append($0) } }

  func append(_ schema: MCAPSchema) {
    append(record: .schema) {
      append(schema.id)
      append(string: schema.name)
      append(string: "ros2msg")
      append(string: schema.definition)
    }
  }

  func append(_ channel: MCAPChannel) {
    append(record: .channel) {
      append(channel.id)
      append(channel.schema)
      append(string: channel.topic)
      append(string: "cdr")
      append(map: channel.metadata)
    }
  }

  fileprivate func append(_ chunk: MCAPChunk) {
    append(record: .chunkIndex) {
      append(chunk.times.first)
      append(chunk.times.last)
      append(chunk.start)
      append(chunk.length)
      append(sized: {
        for index in chunk.indexes {
          append(index.channel)
          append(index.offset)
        }
      })
      append(chunk.indexLength)
      append(string: Compressor.name)
      append(chunk.compressedSize)
      append(chunk.uncompressedSize)
    }
  }

  fileprivate func append(attachment entry: MCAPEntry) {
    append(record: .attachmentIndex) {
      append(entry.offset)
      append(entry.length)
      append(entry.time)
      append(UInt64(0))
      append(entry.dataSize)
      append(string: entry.name)
      append(string: entry.mediaType)
    }
  }

  fileprivate func append(metadata entry: MCAPEntry) {
    append(record: .metadataIndex) {
      append(entry.offset)
      append(entry.length)
      append(string: entry.name)
    }
  }
}
