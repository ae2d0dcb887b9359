import CLinux

/// Everything that is fixed about a cluster before it runs: what a server needs to create the shared memory, and what any
/// process finds in it. Same blueprint, same bytes.
public struct ClusterBlueprint: Sendable, Equatable {
  /// With every buffer placed.
  public let layout: ClusterLayout
  /// JSON: robot, timing, horizon, controllers, simulator; see ``ClusterDescription``.
  public let description: String
  /// The resolved cluster.yaml.
  public let config: String

  /// Places the buffers behind the tables.
  /// - Parameters:
  ///   - perProcess: how many slots a worker hosts; their words lie side by side.
  ///   - buffers: in the order of the config; their `offset` is ignored and set.
  public init(
    name: String, slots: Int, perProcess: Int = 1, buffers: [BufferLayout], description: String, config: String
  ) {
    var layout = ClusterLayout(
      name: name, slots: slots, wordsStride: ClusterLayout.wordsStride(perProcess: perProcess), buffers: buffers,
      size: 0, hash: 0)
    let sections = SegmentSections(layout: layout, description: description, config: config)
    var end = sections.dataOffset
    for index in layout.buffers.indices {
      layout.buffers[index].offset = end
      end += layout.buffers[index].size.roundedUp(to: SegmentSections.page)
    }
    layout.size = end
    layout.hash = layout.computeHash()
    self.init(layout: layout, description: description, config: config)
  }

  init(layout: ClusterLayout, description: String, config: String) {
    self.layout = layout
    self.description = description
    self.config = config
  }
}

extension ClusterLayout {
  /// FNV-1a (64 bits) over what a program that attaches by name relies on: slots, names, dtypes, shapes, offsets in the row,
  /// strides, copies of `latest` rows, quaternion conventions and column names. Not over absolute offsets, which every program reads from the tables,
  /// nor over initial values.
  public func computeHash() -> UInt64 { hash(withRows: true) }

  /// Like ``hash``, but without the number of slots and rows: what the hosts of a cluster must agree on, each with rows of its own.
  public var rowHash: UInt64 { hash(withRows: false) }

  private func hash(withRows: Bool) -> UInt64 {
    var hash = FNV1a()
    if withRows { hash.add(slots) }
    for buffer in buffers {
      hash.add(buffer.name)
      for number in [Int(buffer.writer.rawValue), Int(buffer.per.rawValue), Int(buffer.sync.rawValue)] {
        hash.add(number)
      }
      if withRows { hash.add(buffer.rows) }
      for number in [buffer.rowStride, buffer.fields.count] { hash.add(number) }
      if buffer.sync == .latest { hash.add(BufferLayout.latestCopies) }
      for field in buffer.fields {
        hash.add(field.name)
        for number in [Int(field.elementType.rawValue), field.offset, field.shape.count] + field.shape {
          hash.add(number)
        }
        for text in [field.unit, field.convention, field.frame] + field.columns { hash.add(text) }
        hash.add(field.columnsAxis)
      }
    }
    return hash.value
  }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
private struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(UInt8(0))
  }

  mutating func add(_ number: Int) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
