import CLinux

extension ClusterBlueprint {
  /// Reads a blueprint back from an object's bytes.
  /// - Parameter image: from the object's start at least up to the first buffer; longer is fine.
  /// - Throws: `badMagic`, `abiMismatch`, or `corrupt` when the tables point outside or contradict themselves.
  public init(decoding image: UnsafeRawBufferPointer) throws(ClusterError) {
    try self.init(BlueprintReader(image: image, segment: "image"))
  }

  /// - Parameter segment: the object's name, for the error.
  init(decoding image: UnsafeRawBufferPointer, segment: String) throws(ClusterError) {
    try self.init(BlueprintReader(image: image, segment: segment))
  }

  private init(_ reader: BlueprintReader) throws(ClusterError) {
    let layout = try reader.layout()
    let header = reader.header
    self.init(
      layout: layout, description: try reader.text(header.description_offset, header.description_size),
      config: try reader.text(header.config_offset, header.config_size))
    guard layout.computeHash() == header.layout_hash else {
      throw .layoutMismatch(segment: reader.segment, found: header.layout_hash, expected: layout.computeHash())
    }
  }
}

/// Reads the tables, trusting nothing: any process of the user may have written the object.
private struct BlueprintReader {
  let image: UnsafeRawBufferPointer
  let segment: String
  let header: ccluster_header

  /// No machine maps more (48-bit addresses), and sums of a few such numbers do not overflow.
  private static let largestSize: UInt64 = 1 << 47

  init(image: UnsafeRawBufferPointer, segment: String) throws(ClusterError) {
    self.image = image
    self.segment = segment
    guard image.count >= MemoryLayout<ccluster_header>.size else {
      throw .corrupt(segment: segment, what: "it has \(image.count) bytes, less than a header")
    }
    header = image.loadUnaligned(as: ccluster_header.self)
    guard header.magic == UInt64(CCLUSTER_MAGIC) else { throw .badMagic(segment: segment, found: header.magic) }
    guard header.abi_major == UInt32(CCLUSTER_ABI_MAJOR) else {
      throw .abiMismatch(segment: segment, found: header.abi_major, expected: UInt32(CCLUSTER_ABI_MAJOR))
    }
    // The reader's own arithmetic assumes the fixed sections where this version puts them.
    let slotCount = UInt64(header.slot_count)
    guard header.control_offset == UInt64(SegmentSections.control),
      header.words_offset == UInt64(SegmentSections.words), [16, 32, 64].contains(header.words_stride),
      header.slots_offset == (header.words_offset + slotCount * header.words_stride + 63) / 64 * 64,
      header.total_size <= Self.largestSize, header.data_offset <= header.total_size,
      header.slots_offset + slotCount * UInt64(MemoryLayout<ccluster_slot>.stride) <= header.data_offset
    else { throw .corrupt(segment: segment, what: "its sections are not where they belong") }
  }

  func layout() throws(ClusterError) -> ClusterLayout {
    var buffers: [BufferLayout] = []
    for index in 0..<Int(header.buffer_count) { buffers.append(try buffer(index)) }
    return ClusterLayout(
      name: try string(header.name), slots: Int(header.slot_count), wordsStride: Int(header.words_stride),
      buffers: buffers, size: Int(header.total_size), hash: header.layout_hash)
  }

  private func buffer(_ index: Int) throws(ClusterError) -> BufferLayout {
    let record = try load(ccluster_buffer.self, header.buffers_offset, index)
    let name = try string(record.name)
    guard let writer = Writer(rawValue: record.writer), let per = RowOwner(rawValue: record.per),
      let sync = SyncMode(rawValue: record.sync)
    else { throw corrupt("buffer '\(name)' has an unknown writer, owner or sync mode") }
    var fields: [FieldLayout] = []
    for index in 0..<Int(record.field_count) {
      let field = try self.field(Int(record.first_field) + index)
      guard field.offset + field.size <= Int(clamping: record.row_size) else {
        throw corrupt("field '\(name).\(field.name)' reaches beyond its row")
      }
      // Elements are loaded at their natural alignment.
      guard field.size == 0 || (field.offset | Int(clamping: record.row_stride)) % field.elementType.size == 0 else {
        throw corrupt("field '\(name).\(field.name)' is not aligned")
      }
      fields.append(field)
    }
    let rowStride = Int(clamping: record.row_stride)
    let initialRow = try bytes(header.initial_rows_offset &+ record.initial_row, record.row_stride)
    let buffer = BufferLayout(
      name: name, writer: writer, per: per, sync: sync, align: Int(record.align), rows: Int(record.rows),
      offset: Int(clamping: record.offset), rowStride: rowStride, rowSize: Int(clamping: record.row_size),
      fields: fields, initialRow: Array(initialRow))
    let (end, overflow) = Int(buffer.rows).multipliedReportingOverflow(by: rowStride)
    guard !overflow, end <= Int(header.total_size), buffer.rowSize <= rowStride, UInt64(buffer.size) == record.size,
      UInt64(buffer.copyStride) == record.copy_stride, UInt64(buffer.sequenceOffset) == record.sequence_offset,
      record.offset >= header.data_offset, buffer.offset <= Int(header.total_size) - buffer.size,
      buffer.offset % SegmentSections.page == 0, sync == .step || rowStride % 8 == 0,
      per == .cluster ? buffer.rows == 1 : buffer.rows == Int(header.slot_count)
    else { throw corrupt("buffer '\(name)' does not fit into the object") }
    return buffer
  }

  private func field(_ index: Int) throws(ClusterError) -> FieldLayout {
    let record = try load(ccluster_field.self, header.fields_offset, index)
    let name = try string(record.name)
    guard let elementType = ElementType(rawValue: record.dtype), record.rank <= CCLUSTER_MAX_RANK else {
      throw corrupt("field '\(name)' has an unknown dtype or rank")
    }
    let rank = Int(record.rank)
    let shape = withUnsafeBytes(of: record.shape) {
      $0.bindMemory(to: UInt64.self).prefix(rank).map(Int.init(clamping:))
    }
    // Without the zero extents: strides do not overflow either then.
    var size = elementType.size
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, product <= Self.largestSize else { throw corrupt("field '\(name)' is too large") }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard UInt64(size) == record.size, record.offset <= header.total_size else {
      throw corrupt("field '\(name)' has a size that its shape contradicts")
    }
    // Who maps columns or quaternions relies on their extents.
    let axis = Int(record.columns_axis)
    let convention = try string(record.convention)
    guard record.column_count == 0 || (axis < rank && shape[axis] == Int(record.column_count)),
      convention.isEmpty || shape.last == 4
    else { throw corrupt("field '\(name)' has columns or a convention that its shape contradicts") }
    return FieldLayout(
      name: name, elementType: elementType, shape: shape, offset: Int(record.offset), unit: try string(record.unit),
      convention: convention, frame: try string(record.frame),
      columns: try strings(record.columns, count: Int(record.column_count)), columnsAxis: axis,
      initialIsHoming: record.initial_is_homing != 0)
  }

  private func load<Record>(_ type: Record.Type, _ table: UInt64, _ index: Int) throws(ClusterError) -> Record {
    let stride = UInt64(MemoryLayout<Record>.stride)
    return try bytes(table &+ UInt64(index) &* stride, stride).loadUnaligned(as: type)
  }

  private func string(_ offset: UInt32) throws(ClusterError) -> String { try strings(offset, count: 1)[0] }

  private func strings(_ offset: UInt32, count: Int) throws(ClusterError) -> [String] {
    let pool = try bytes(header.strings_offset, header.strings_size)
    var rest = pool.dropFirst(Int(offset))
    var strings: [String] = []
    for _ in 0..<count {
      guard let end = rest.firstIndex(of: 0) else { throw corrupt("a name has no end") }
      strings.append(String(decoding: rest[..<end], as: UTF8.self))
      rest = rest[(end + 1)...]
    }
    return strings
  }

  func text(_ offset: UInt64, _ size: UInt64) throws(ClusterError) -> String {
    String(decoding: try bytes(offset, size), as: UTF8.self)
  }

  private func bytes(_ offset: UInt64, _ size: UInt64) throws(ClusterError) -> UnsafeRawBufferPointer {
    guard offset <= UInt64(image.count), size <= UInt64(image.count) - offset else {
      throw corrupt("a table reaches beyond its end")
    }
    return UnsafeRawBufferPointer(rebasing: image[Int(offset)..<Int(offset + size)])
  }

  private func corrupt(_ what: String) -> ClusterError { .corrupt(segment: segment, what: what) }
}
