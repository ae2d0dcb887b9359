import ControlCluster

extension ElementValue {
  /// Stores it; it must be one that the type holds.
  /// - Parameters:
  ///   - address: aligned as the type needs it.
  ///   - length: of a text, in bytes; what it does not fill becomes NUL.
  func store(at address: UnsafeMutableRawPointer, _ type: ElementType, length: Int) {
    switch self {
    case .bool(let value): address.storeBytes(of: value ? 1 : 0, as: UInt8.self)
    case .single(let value): address.storeBytes(of: value, as: Float.self)
    case .double(let value): address.storeBytes(of: value, as: Double.self)
    case .unsigned(let value): address.storeBytes(of: value, as: UInt64.self)
    case .integer(let value):
      // Little-endian: the low bytes come first.
      withUnsafeBytes(of: value) { address.copyMemory(from: $0.baseAddress!, byteCount: type.size) }
    case .text(let value):
      address.initializeMemory(as: UInt8.self, repeating: 0, count: length)
      for (index, byte) in value.utf8.prefix(length).enumerated() {
        address.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
    }
  }
}
