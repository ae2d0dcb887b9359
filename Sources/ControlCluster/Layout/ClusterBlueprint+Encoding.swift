import CLinux

extension ClusterBlueprint {
  /// The object's bytes from its start up to the first buffer; phase and process identities are zero.
  public func encode() -> [UInt8] {
    let sections = SegmentSections(layout: layout, description: description, config: config)
    var image = [UInt8](repeating: 0, count: sections.dataOffset)
    image.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: header(sections), as: ccluster_header.self)
      var initialRow = 0
      var fieldIndex = 0
      for (index, buffer) in layout.buffers.enumerated() {
        let record = self.record(of: buffer, sections.pool, firstField: fieldIndex, initialRow: initialRow)
        bytes.storeBytes(
          of: record, toByteOffset: sections.buffers + index * MemoryLayout<ccluster_buffer>.stride,
          as: ccluster_buffer.self)
        bytes.copy(buffer.initialRow, to: sections.initialRows + initialRow)
        initialRow += buffer.rowStride.roundedUp(to: 64)
        for field in buffer.fields {
          bytes.storeBytes(
            of: self.record(of: field, sections.pool),
            toByteOffset: sections.fields + fieldIndex * MemoryLayout<ccluster_field>.stride, as: ccluster_field.self)
          fieldIndex += 1
        }
      }
      bytes.copy(sections.pool.bytes, to: sections.strings)
      bytes.copy(Array(description.utf8), to: sections.description)
      bytes.copy(Array(config.utf8), to: sections.config)
    }
    return image
  }

  private func header(_ sections: SegmentSections) -> ccluster_header {
    var header = ccluster_header()
    header.magic = UInt64(CCLUSTER_MAGIC)
    header.abi_major = UInt32(CCLUSTER_ABI_MAJOR)
    header.abi_minor = UInt32(CCLUSTER_ABI_MINOR)
    header.total_size = UInt64(layout.size)
    header.layout_hash = layout.hash
    header.slot_count = UInt32(layout.slots)
    header.buffer_count = UInt32(layout.buffers.count)
    header.field_count = UInt32(layout.buffers.reduce(0) { $0 + $1.fields.count })
    header.name = sections.pool.offset(of: layout.name)
    header.control_offset = UInt64(SegmentSections.control)
    header.words_offset = UInt64(SegmentSections.words)
    header.words_stride = UInt64(layout.wordsStride)
    header.slots_offset = UInt64(sections.slots)
    header.buffers_offset = UInt64(sections.buffers)
    header.fields_offset = UInt64(sections.fields)
    header.strings_offset = UInt64(sections.strings)
    header.strings_size = UInt64(sections.pool.bytes.count)
    header.initial_rows_offset = UInt64(sections.initialRows)
    header.initial_rows_size = UInt64(sections.initialRowsSize)
    header.description_offset = UInt64(sections.description)
    header.description_size = UInt64(description.utf8.count)
    header.config_offset = UInt64(sections.config)
    header.config_size = UInt64(config.utf8.count)
    header.data_offset = UInt64(sections.dataOffset)
    return header
  }

  private func record(
    of buffer: BufferLayout, _ pool: StringPool, firstField: Int, initialRow: Int
  ) -> ccluster_buffer {
    var record = ccluster_buffer()
    record.name = pool.offset(of: buffer.name)
    record.writer = buffer.writer.rawValue
    record.per = buffer.per.rawValue
    record.sync = buffer.sync.rawValue
    record.rows = UInt32(buffer.rows)
    record.first_field = UInt32(firstField)
    record.field_count = UInt32(buffer.fields.count)
    record.align = UInt32(buffer.align)
    record.offset = UInt64(buffer.offset)
    record.row_stride = UInt64(buffer.rowStride)
    record.row_size = UInt64(buffer.rowSize)
    record.size = UInt64(buffer.size)
    record.copy_stride = UInt64(buffer.copyStride)
    record.sequence_offset = UInt64(buffer.sequenceOffset)
    record.initial_row = UInt64(initialRow)
    return record
  }

  private func record(of field: FieldLayout, _ pool: StringPool) -> ccluster_field {
    var record = ccluster_field()
    record.name = pool.offset(of: field.name)
    record.dtype = field.elementType.rawValue
    record.rank = UInt8(field.shape.count)
    record.columns_axis = UInt8(field.columnsAxis)
    record.initial_is_homing = field.initialIsHoming ? 1 : 0
    record.offset = UInt64(field.offset)
    record.size = UInt64(field.size)
    withUnsafeMutableBytes(of: &record.shape) { $0.copy(field.shape.map(UInt64.init)) }
    withUnsafeMutableBytes(of: &record.strides) { $0.copy(field.strides.map(UInt64.init)) }
    record.unit = pool.offset(of: field.unit)
    record.convention = pool.offset(of: field.convention)
    record.frame = pool.offset(of: field.frame)
    record.columns = pool.offset(of: field.columns)
    record.column_count = UInt32(field.columns.count)
    return record
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func copy<Element>(_ elements: [Element], to offset: Int = 0) {
    elements.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: self[offset...]).copyMemory(from: $0) }
  }
}
