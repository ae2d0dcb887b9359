/// Elements of any type as `Double`, for code that does not care how a field is stored.
package enum ElementCodec {
  @inline(__always)
  package static func load(_ address: UnsafeRawPointer, _ type: ElementType) -> Double {
    switch type {
    case .bool: address.load(as: UInt8.self) == 0 ? 0 : 1
    case .i8: Double(address.load(as: Int8.self))
    case .i16: Double(address.load(as: Int16.self))
    case .i32: Double(address.load(as: Int32.self))
    case .i64: Double(address.load(as: Int64.self))
    case .u8, .char: Double(address.load(as: UInt8.self))
    case .u16: Double(address.load(as: UInt16.self))
    case .u32: Double(address.load(as: UInt32.self))
    case .u64: Double(address.load(as: UInt64.self))
    case .f32: Double(address.load(as: Float.self))
    case .f64: address.load(as: Double.self)
    }
  }

  /// Integers are rounded to the nearest and clamped to their range; NaN becomes 0 there.
  @inline(__always)
  package static func store(_ value: Double, _ address: UnsafeMutableRawPointer, _ type: ElementType) {
    switch type {
    case .bool: address.storeBytes(of: value == 0 ? 0 : 1, as: UInt8.self)
    case .i8: address.storeBytes(of: integer(value), as: Int8.self)
    case .i16: address.storeBytes(of: integer(value), as: Int16.self)
    case .i32: address.storeBytes(of: integer(value), as: Int32.self)
    case .i64: address.storeBytes(of: integer(value), as: Int64.self)
    case .u8, .char: address.storeBytes(of: integer(value), as: UInt8.self)
    case .u16: address.storeBytes(of: integer(value), as: UInt16.self)
    case .u32: address.storeBytes(of: integer(value), as: UInt32.self)
    case .u64: address.storeBytes(of: integer(value), as: UInt64.self)
    case .f32: address.storeBytes(of: Float(value), as: Float.self)
    case .f64: address.storeBytes(of: value, as: Double.self)
    }
  }

  private static func integer<Value: FixedWidthInteger>(_ value: Double) -> Value {
    if let exact = Value(exactly: value.rounded()) { return exact }
    return value.isNaN ? 0 : value < 0 ? .min : .max
  }
}
