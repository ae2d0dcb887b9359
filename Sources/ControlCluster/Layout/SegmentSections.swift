import CLinux

/// Where the sections before the buffers start, and the string pool that the tables point into.
struct SegmentSections {
  static let page = Int(CCLUSTER_PAGE)
  static let control = page
  static let words = control + MemoryLayout<ccluster_control>.stride

  let slots: Int
  let buffers: Int
  let fields: Int
  let strings: Int
  let initialRows: Int
  let initialRowsSize: Int
  let description: Int
  let config: Int
  let dataOffset: Int
  let pool: StringPool

  init(layout: ClusterLayout, description: String, config: String) {
    var pool = StringPool()
    pool.add(layout.name)
    for buffer in layout.buffers {
      pool.add(buffer.name)
      for field in buffer.fields {
        for text in [field.name, field.unit, field.convention, field.frame] { pool.add(text) }
        pool.add(list: field.columns)
      }
    }
    self.pool = pool

    let fieldCount = layout.buffers.reduce(0) { $0 + $1.fields.count }
    slots = layout.slotsOffset
    // The slots end on a page, so that the read-only tables never share one with words that processes write.
    buffers = (slots + layout.slots * MemoryLayout<ccluster_slot>.stride).roundedUp(to: Self.page)
    fields = buffers + layout.buffers.count * MemoryLayout<ccluster_buffer>.stride
    strings = fields + fieldCount * MemoryLayout<ccluster_field>.stride
    initialRows = (strings + pool.bytes.count).roundedUp(to: 64)
    initialRowsSize = layout.buffers.reduce(0) { $0 + $1.rowStride.roundedUp(to: 64) }
    self.description = initialRows + initialRowsSize
    self.config = self.description + description.utf8.count + 1
    dataOffset = (self.config + config.utf8.count + 1).roundedUp(to: Self.page)
  }
}

/// NUL-terminated strings, each stored once; offset 0 is the empty string.
struct StringPool {
  private(set) var bytes: [UInt8] = [0]
  private var offsets: [String: Int] = ["": 0]
  private var lists: [[String]: Int] = [:]

  mutating func add(_ text: String) {
    guard offsets[text] == nil else { return }
    offsets[text] = append(text)
  }

  /// Stores the strings one behind the other.
  mutating func add(list: [String]) {
    guard !list.isEmpty, lists[list] == nil else { return }
    lists[list] = bytes.count
    for text in list { _ = append(text) }
  }

  func offset(of text: String) -> UInt32 { UInt32(offsets[text] ?? 0) }
  func offset(of list: [String]) -> UInt32 { UInt32(lists[list] ?? 0) }

  private mutating func append(_ text: String) -> Int {
    let offset = bytes.count
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
    return offset
  }
}
