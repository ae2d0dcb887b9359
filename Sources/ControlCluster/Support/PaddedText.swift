/// Text in C's form, in a place of fixed size.
package enum PaddedText {
  /// Copies as many whole characters as fit, so that readers find valid UTF-8, and fills up with NULs, at least one.
  package static func copy(_ text: String, into bytes: UnsafeMutableRawBufferPointer) {
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    var end = 0
    for character in text {
      let size = character.utf8.count
      if end + size >= bytes.count { break }
      for byte in character.utf8 {
        bytes[end] = byte
        end += 1
      }
    }
  }
}
