/// The checksum of MCAP: CRC-32 of ISO 3309, as in Ethernet and zlib.
enum CRC32 {
  private static let tables: [[UInt32]] = {
    var tables = [[UInt32]](repeating: [UInt32](repeating: 0, count: 256), count: 8)
    for byte in 0..<256 {
      tables[0][byte] = (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
    }
    for byte in 0..<256 {
      for slice in 1..<8 {
        let before = tables[slice - 1][byte]
        tables[slice][byte] = before >> 8 ^ tables[0][Int(before & 0xFF)]
      }
    }
    return tables
  }()
  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let flat = tables.flatMap { $0 }
    return bytes.withUnsafeBytes { bytes in
      flat.withUnsafeBufferPointer { table in
        var sum: UInt32 = 0xFFFF_FFFF
        var index = 0
        while index + 8 <= bytes.count {
          let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(sum)
          sum = 0
          for slice in 0..<8 { sum ^= table[(7 - slice) * 256 + Int(word >> UInt64(8 * slice) & 0xFF)] }
          index += 8
        }
        while index < bytes.count {
          sum = sum >> 8 ^ table[Int((sum ^ UInt32(bytes[index])) & 0xFF)]
          index += 1
        }
        return ~sum
      }
    }
  }
}
