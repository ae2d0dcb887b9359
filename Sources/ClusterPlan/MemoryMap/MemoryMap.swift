import ClusterConfig
import ControlCluster

/// Packs every buffer's fields into a row and the rows into a table. Where the tables lie in the object is
/// `ClusterBlueprint`'s to say.
struct MemoryMap {
  /// `CCLUSTER_MAX_RANK` and `CCLUSTER_PAGE` of segment.h.
  static let maximumRank = 8
  static let page = 4096
  /// Bytes; the initial row is held, and published, as bytes.
  static let maximumRow = 1 << 30
  /// Bytes; the part of x86-64's address space that Linux gives to a process.
  static let maximumObject = 1 << 47
  /// `latest` rows are copied by 8-byte atomics, whatever `align` says.
  static let latestAlign = 8

  let buffers: [BufferLayout]

  /// - Parameter slots: the controllers that have a row here.
  init(_ config: ClusterConfig, slots controllers: Int) throws(PlanError) {
    // 32 bits are what header and buffer records count slots and rows in.
    guard controllers >= 0, controllers <= Int(UInt32.max) else { throw .controllers(controllers) }
    let homing = Homing(joints: config.robot.joints, positions: config.robot.homing)
    var total = 0
    var buffers: [BufferLayout] = []
    for buffer in config.buffers {
      let layout = try Self.layout(of: buffer, controllers: controllers, homing: homing)
      total += layout.size.roundedUp(to: Self.page)
      guard total <= Self.maximumObject else { throw .tooLarge(buffer: buffer.name) }
      buffers.append(layout)
    }
    self.buffers = buffers
  }

  private static func layout(
    of buffer: ClusterConfig.Buffer, controllers: Int, homing: Homing
  ) throws(PlanError) -> BufferLayout {
    var fields: [FieldLayout] = []
    var rowSize = 0
    for field in buffer.fields {
      let size = try byteCount(of: field, in: buffer)
      // An empty field has no place, and at 0 it lies inside every row.
      let offset = size == 0 ? 0 : rowSize.roundedUp(to: field.dtype.size)
      rowSize = max(rowSize, offset + size)
      guard rowSize <= maximumRow else { throw .tooLarge(buffer: buffer.name) }
      fields.append(FieldLayout(field, offset: offset))
    }

    let align = buffer.align
    let widest = buffer.fields.map(\.dtype.size).max() ?? 1
    guard align > 0, align & (align - 1) == 0, align >= widest, align <= page else {
      throw .align(buffer: buffer.name, align: align)
    }
    let rowStride = rowSize.roundedUp(to: buffer.sync == .latest ? max(align, latestAlign) : align)
    let rows = buffer.per == .cluster ? 1 : controllers
    let (size, overflow) = rows.multipliedReportingOverflow(by: rowStride)
    guard !overflow, size <= maximumObject else { throw .tooLarge(buffer: buffer.name) }

    return BufferLayout(
      name: buffer.name, writer: Writer(buffer.writer), per: RowOwner(buffer.per), sync: SyncMode(buffer.sync),
      align: align, rows: rows, rowStride: rowStride, rowSize: rowSize, fields: fields,
      initialRow: InitialRow.bytes(of: buffer.fields, at: fields.map(\.offset), rowStride: rowStride, homing: homing))
  }

  /// Bytes of a field in one row. No extent may make any partial product overflow, not even one beside a zero: strides are
  /// such products.
  private static func byteCount(
    of field: ClusterConfig.Field, in buffer: ClusterConfig.Buffer
  ) throws(PlanError) -> Int {
    guard field.shape.count <= maximumRank, field.shape.allSatisfy({ $0 >= 0 }) else {
      throw .shape(buffer: buffer.name, field: field.name, shape: field.shape)
    }
    var bound = field.dtype.size
    for extent in field.shape {
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(1, extent))
      guard !overflow, product <= maximumRow else { throw .tooLarge(buffer: buffer.name) }
      bound = product
    }
    return field.shape.contains(0) ? 0 : bound
  }
}

extension FieldLayout {
  fileprivate init(_ field: ClusterConfig.Field, offset: Int) {
    self.init(
      name: field.name, elementType: ElementType(field.dtype), shape: field.shape, offset: offset, unit: field.unit,
      convention: field.convention, frame: field.frame, columns: field.columns, columnsAxis: field.columnsAxis,
      initialIsHoming: field.initial == .homing)
  }
}

// The config's words and the memory tables' codes are separate types, for neither module knows the other.

extension ElementType {
  init(_ dtype: ClusterConfig.DType) {
    switch dtype {
    case .bool: self = .bool
    case .i8: self = .i8
    case .i16: self = .i16
    case .i32: self = .i32
    case .i64: self = .i64
    case .u8: self = .u8
    case .u16: self = .u16
    case .u32: self = .u32
    case .u64: self = .u64
    case .f32: self = .f32
    case .f64: self = .f64
    case .char: self = .char
    }
  }
}

extension Writer {
  init(_ writer: ClusterConfig.Buffer.Writer) {
    switch writer {
    case .simulator: self = .simulator
    case .controller: self = .controller
    case .server: self = .server
    case .tool: self = .tool
    }
  }
}

extension RowOwner {
  init(_ per: ClusterConfig.Buffer.Per) {
    switch per {
    case .controller: self = .controller
    case .cluster: self = .cluster
    }
  }
}

extension SyncMode {
  init(_ sync: ClusterConfig.Buffer.Sync) {
    switch sync {
    case .step: self = .step
    case .latest: self = .latest
    }
  }
}
