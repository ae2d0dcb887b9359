/// Bytes of shared memory that other processes read or write meanwhile.
enum SharedBytes {
  /// Copies them out by relaxed 8-byte loads: each byte is one that stood there at some time, and the caller verifies which.
  ///
  /// The words at both ends are loaded whole, so that they may hold neighbours' bytes; buffers start and end on pages, and so
  /// do those words.
  static func copy(_ count: Int, from source: UnsafeMutableRawPointer, to destination: UnsafeMutableRawPointer) {
    guard count > 0 else { return }
    var copied = 0
    let lead = Int(bitPattern: source) & 7
    if lead != 0 {
      copied = min(8 - lead, count)
      copyPart(of: source - lead, from: lead, copied, to: destination)
    }
    while count - copied >= 8 {
      destination.storeBytes(
        of: SharedWord<UInt64>(source + copied).loadRelaxed(), toByteOffset: copied, as: UInt64.self)
      copied += 8
    }
    if copied < count { copyPart(of: source + copied, from: 0, count - copied, to: destination + copied) }
  }

  /// Copies them in by relaxed 8-byte stores, to an address that is a multiple of 8; the last word is filled up with zeros.
  static func store(_ count: Int, from source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer) {
    var stored = 0
    while count - stored >= 8 {
      SharedWord<UInt64>(destination + stored).storeRelaxed(
        source.loadUnaligned(fromByteOffset: stored, as: UInt64.self))
      stored += 8
    }
    guard stored < count else { return }
    var word: UInt64 = 0
    withUnsafeMutableBytes(of: &word) {
      $0.baseAddress!.copyMemory(from: source + stored, byteCount: count - stored)
    }
    SharedWord<UInt64>(destination + stored).storeRelaxed(word)
  }

  private static func copyPart(
    of word: UnsafeMutableRawPointer, from first: Int, _ count: Int, to destination: UnsafeMutableRawPointer
  ) {
    withUnsafeBytes(of: SharedWord<UInt64>(word).loadRelaxed()) {
      destination.copyMemory(from: $0.baseAddress! + first, byteCount: count)
    }
  }
}
