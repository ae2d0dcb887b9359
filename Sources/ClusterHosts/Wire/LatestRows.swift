import ControlCluster

/// Rows of `latest` buffers that one end writes and the other is to have: those that have changed since they were sent last.
struct LatestRows {
  private struct Source {
    var buffer: Int
    var access: RowAccess
    var rows: Range<Int>
    /// How often each row had been written when it was sent last.
    var versions: [UInt64]
  }

  private let segment: Segment
  private var sources: [Source] = []
  private let targets: [RowAccess]
  private let first: Int
  private var nextAt: UInt64 = 0
  private let interval: UInt64

  /// - Parameters:
  ///   - rows: the host's controllers in this memory; on their way rows are counted from its first.
  ///   - isSent: which buffers this end sends.
  ///   - rate: Hz
  init(_ segment: Segment, rows: Range<Int>, rate: Double, isSent: (BufferLayout) -> Bool) {
    self.segment = segment
    first = rows.lowerBound
    interval = rate > 0 ? UInt64(1e9 / rate) : .max
    targets = segment.layout.buffers.map { RowAccess(segment, $0) }
    for (index, buffer) in segment.layout.buffers.enumerated()
    where buffer.sync == .latest && buffer.rowSize > 0 && isSent(buffer) {
      let rows = buffer.per == .cluster ? 0..<1 : rows
      sources.append(
        Source(
          buffer: index, access: targets[index], rows: rows, versions: [UInt64](repeating: .max, count: rows.count)))
    }
  }

  /// What is to be sent now; `nil` when it is too early, or nothing has changed.
  mutating func changes(at now: UInt64) -> [UInt8]? {
    guard !sources.isEmpty, now >= nextAt else { return nil }
    nextAt = now &+ interval
    var bytes: [UInt8] = []
    for place in sources.indices {
      let source = sources[place]
      withUnsafeTemporaryAllocation(byteCount: source.access.buffer.rowStride, alignment: 64) { row in
        for (index, number) in source.rows.enumerated() {
          let version = source.access.read(number, into: row.baseAddress!)
          // The first one is what the memory began with, at both ends.
          if version == source.versions[index] || version <= 1 { continue }
          sources[place].versions[index] = version
          append(UInt32(source.buffer), to: &bytes)
          append(UInt32(source.access.buffer.per == .cluster ? 0 : number - first), to: &bytes)
          bytes.append(contentsOf: row.prefix(source.access.buffer.rowSize))
        }
      }
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Publishes rows that have come.
  func take(_ bytes: [UInt8]) {
    var place = 0
    while place + 8 <= bytes.count {
      let buffer = Int(number(bytes, at: place))
      let row = Int(number(bytes, at: place + 4))
      place += 8
      guard targets.indices.contains(buffer) else { return }
      let layout = targets[buffer].buffer
      let index = layout.per == .cluster ? 0 : row + first
      guard layout.sync == .latest, index < layout.rows, place + layout.rowSize <= bytes.count else { return }
      // One that a tool of this host holds at this moment is the tool's.
      bytes.withUnsafeBytes { try? targets[buffer].publish(index, from: $0.baseAddress! + place) }
      place += layout.rowSize
    }
  }

  private func append(_ number: UInt32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private func number(_ bytes: [UInt8], at place: Int) -> UInt32 {
    bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt32.self)) }
  }
}
