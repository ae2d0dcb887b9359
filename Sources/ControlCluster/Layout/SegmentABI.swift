import CLinux

/// Where the words of segment.h lie that generated bindings read by themselves, in bytes. Bindings know the layout of rows;
/// where a buffer starts they read from the tables, for that is not covered by the layout hash.
public enum SegmentABI {
  public static let magic = UInt64(CCLUSTER_MAGIC)
  public static let major = UInt32(CCLUSTER_ABI_MAJOR)
  public static let minor = UInt32(CCLUSTER_ABI_MINOR)
  public static let page = Int(CCLUSTER_PAGE)
  /// A process identity has the pid in the bits from here on.
  public static let processShift = Int(ProcessIdentity.startTimeBits)
  /// `latest`: copies of a row; the sequence word modulo this is the complete one's number.
  public static let latestCopies = BufferLayout.latestCopies
  /// `latest`: from one row's sequence word to the next one's.
  public static let sequenceStride = BufferLayout.sequenceStride

  /// From the start of the object.
  public enum Header {
    public static let magic = offset(\ccluster_header.magic)
    public static let abiMajor = offset(\ccluster_header.abi_major)
    public static let totalSize = offset(\ccluster_header.total_size)
    public static let layoutHash = offset(\ccluster_header.layout_hash)
    public static let slotCount = offset(\ccluster_header.slot_count)
    public static let bufferCount = offset(\ccluster_header.buffer_count)
    /// The word that holds where the buffer table starts.
    public static let buffers = offset(\ccluster_header.buffers_offset)
    public static let server = offset(\ccluster_header.server)
    public static let phase = offset(\ccluster_header.phase)
  }

  /// From the start of a record of the buffer table.
  public enum Buffer {
    public static let stride = MemoryLayout<ccluster_buffer>.stride
    public static let offset = SegmentABI.offset(\ccluster_buffer.offset)
    public static let rowStride = SegmentABI.offset(\ccluster_buffer.row_stride)
    public static let size = SegmentABI.offset(\ccluster_buffer.size)
  }

  private static func offset<Record>(_ member: PartialKeyPath<Record>) -> Int {
    MemoryLayout<Record>.offset(of: member)!
  }
}
