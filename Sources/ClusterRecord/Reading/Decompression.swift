import CZstd

/// The one door to what unpacks chunks.
enum Decompression {
  /// - Parameters:
  ///   - compression: as MCAP names it; empty is none.
  ///   - size: of the contents. Nothing beyond it is written, whatever the bytes hold.
  static func contents(of packed: ArraySlice<UInt8>, _ compression: String, size: Int) throws(DecompressionError)
    -> [UInt8]
  {
    switch compression {
    case "": return try whole(Array(packed), size)
    case "zstd":
      var problem: String?
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, initialized in
        let count = packed.withUnsafeBytes { ZSTD_decompress(target.baseAddress, size, $0.baseAddress, $0.count) }
        if ZSTD_isError(count) != 0 {
          problem = String(cString: ZSTD_getErrorName(count))
        } else {
          initialized = count
        }
      }
      if let problem { throw DecompressionError(description: "zstd: \(problem)") }
      return try whole(bytes, size)
    default:
      throw DecompressionError(description: "it is compressed with '\(compression)', and this program reads zstd")
    }
  }

  private static func whole(_ bytes: [UInt8], _ size: Int) throws(DecompressionError) -> [UInt8] {
    guard bytes.count == size else {
      throw DecompressionError(description: "it holds \(bytes.count) bytes, and says that they are \(size)")
    }
    return bytes
  }
}

struct DecompressionError: Error, CustomStringConvertible {
  let description: String
}
