import CLinux

/// Who writes a buffer. A process maps only the buffers of its own role writable.
public enum Writer: UInt8, CaseIterable, Sendable {
  case simulator, controller, server
  /// `ccluster`, dashboards, an RL agent: anything beside the run itself.
  case tool

  public var name: String { String(describing: self) }
}

/// What a row of a buffer belongs to.
public enum RowOwner: UInt8, CaseIterable, Sendable {
  /// A row for each controller; row i is controller i's.
  case controller
  /// One row for the whole cluster.
  case cluster

  public var name: String { String(describing: self) }
}

/// How a row is handed over.
public enum SyncMode: UInt8, CaseIterable, Sendable {
  /// By `solve()`: the writer writes between its turns, the reader reads in its own.
  case step
  /// At any time: several copies a row and a sequence word; readers always find a complete copy.
  case latest

  public var name: String { String(describing: self) }
}

/// A named, typed column group of a buffer.
public struct FieldLayout: Sendable, Equatable {
  public var name: String
  public var elementType: ElementType
  /// Extents, outermost first; an empty shape is a scalar. A zero extent takes no bytes.
  public var shape: [Int]
  /// Bytes from one element to the next along each axis (row-major, dense).
  public var strides: [Int]
  /// Bytes from the start of the row.
  public var offset: Int
  public var unit: String
  /// The order of a quaternion's elements: `wxyz`, `xyzw`, or empty.
  public var convention: String
  /// The frame that the values are expressed in: `world`, `base`, or empty.
  public var frame: String
  /// Names of the columns along `columnsAxis`; empty when they have none.
  public var columns: [String]
  public var columnsAxis: Int
  /// Whether the initial value is the robot's homing; `on_failure: stop` keeps such a field and resets all others.
  public var initialIsHoming: Bool

  /// Elements in one row.
  public var count: Int { shape.reduce(1, *) }
  /// Bytes in one row.
  public var size: Int { count * elementType.size }

  public init(
    name: String, elementType: ElementType, shape: [Int], offset: Int, unit: String = "", convention: String = "",
    frame: String = "", columns: [String] = [], columnsAxis: Int = 0, initialIsHoming: Bool = false
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.strides = Self.denseStrides(of: shape, elementSize: elementType.size)
    self.offset = offset
    self.unit = unit
    self.convention = convention
    self.frame = frame
    self.columns = columns
    self.columnsAxis = columnsAxis
    self.initialIsHoming = initialIsHoming
  }

  static func denseStrides(of shape: [Int], elementSize: Int) -> [Int] {
    var strides = [Int](repeating: elementSize, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }
}

/// A table in shared memory.
public struct BufferLayout: Sendable, Equatable {
  public var name: String
  public var writer: Writer
  public var per: RowOwner
  public var sync: SyncMode
  /// Bytes that every row starts on.
  public var align: Int
  public var rows: Int
  /// Bytes from the start of the object to row 0 (of copy 0). Set by `ClusterBlueprint`.
  public var offset: Int
  /// Bytes from one row to the next.
  public var rowStride: Int
  /// Bytes of a row up to the end of its last field.
  public var rowSize: Int
  public var fields: [FieldLayout]
  /// What every row holds at first, and a command row after a reset; `rowStride` bytes.
  public var initialRow: [UInt8]

  public init(
    name: String, writer: Writer, per: RowOwner, sync: SyncMode, align: Int, rows: Int, offset: Int = 0,
    rowStride: Int, rowSize: Int, fields: [FieldLayout], initialRow: [UInt8]
  ) {
    self.name = name
    self.writer = writer
    self.per = per
    self.sync = sync
    self.align = align
    self.rows = rows
    self.offset = offset
    self.rowStride = rowStride
    self.rowSize = rowSize
    self.fields = fields
    self.initialRow = initialRow
  }

  /// Bytes of one copy of all rows.
  var copySize: Int { rows * rowStride }
  /// `latest`: bytes from a row of one copy to the same row of the next, a multiple of 64; `step`: 0.
  public var copyStride: Int { sync == .latest ? copySize.roundedUp(to: Self.sequenceStride) : 0 }
  /// `latest`: bytes from `offset` to the sequence word of row 0, one every 64 bytes; `step`: 0.
  public var sequenceOffset: Int { Self.latestCopies * copyStride }
  /// Bytes of the buffer with its copies and sequence words.
  public var size: Int {
    switch sync {
    case .step: copySize
    case .latest: sequenceOffset + rows * Self.sequenceStride
    }
  }

  /// Copies of a `latest` row; a power of two, so that the sequence word may wrap.
  ///
  /// A reader loses its copy once the writer has published as many more, less one. With two copies and a writer without pause
  /// that is nearly always: of rows of 64 KiB a reader got 45 in 0.1 s, one after 1623 attempts. With four it got 11,759, in 2
  /// attempts at the 99th percentile and 4 at most; eight bought nothing more (Linux 6.18, 2 cores, both at SCHED_FIFO).
  public static let latestCopies = Int(CCLUSTER_LATEST_COPIES)

  /// A sequence word has a cache line of its own, so that writers of neighbouring rows do not disturb each other.
  static let sequenceStride = 64

  public subscript(field name: String) -> FieldLayout? { fields.first { $0.name == name } }
}

/// Everything that is laid out in a cluster's shared-memory object.
public struct ClusterLayout: Sendable, Equatable {
  /// The cluster's name.
  public var name: String
  /// Controllers, and so slots.
  public var slots: Int
  /// Bytes from the step and lifecycle words of one slot to those of the next.
  public var wordsStride: Int
  /// In the order of the config.
  public var buffers: [BufferLayout]
  /// Bytes of the whole object.
  public var size: Int
  /// Changes when a program that attaches by name would find another layout; see ``computeHash()``.
  public var hash: UInt64

  public subscript(buffer name: String) -> BufferLayout? { buffers.first { $0.name == name } }

  /// Bytes from the start of the object to the slots' records, behind their words.
  var slotsOffset: Int { (SegmentSections.words + slots * wordsStride).roundedUp(to: 64) }

  /// 64, 32 or 16: the words of one worker's slots lie together, and those of two workers on no common cache line (but for
  /// one at the border of two that host three or more).
  static func wordsStride(perProcess: Int) -> Int { perProcess >= 4 ? 16 : perProcess >= 2 ? 32 : 64 }
}

extension Int {
  /// The smallest multiple of `alignment` that is not below this number.
  public func roundedUp(to alignment: Int) -> Int { (self + alignment - 1) / alignment * alignment }
}
