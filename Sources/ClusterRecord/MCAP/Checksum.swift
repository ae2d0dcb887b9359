import CZlib

/// The CRC-32 that MCAP uses, which is zlib's.
enum Checksum {
  /// - Parameter crc: of the bytes before; 0 for none.
  static func crc32(_ bytes: UnsafeRawBufferPointer, after crc: UInt32 = 0) -> UInt32 {
    UInt32(
      truncatingIfNeeded: crc32_z(UInt(crc), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
