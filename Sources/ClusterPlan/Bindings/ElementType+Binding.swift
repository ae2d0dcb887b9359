import ControlCluster

extension ElementType {
  /// What generated code calls a type that holds such an element. A bool is its byte: every language's own takes 0 and 1 for
  /// granted, and other programs may store any.
  var names: (c: String, numpy: String, swift: String) {
    switch self {
    case .bool, .u8: ("uint8_t", "u1", "UInt8")
    case .i8: ("int8_t", "i1", "Int8")
    case .i16: ("int16_t", "<i2", "Int16")
    case .i32: ("int32_t", "<i4", "Int32")
    case .i64: ("int64_t", "<i8", "Int64")
    case .u16: ("uint16_t", "<u2", "UInt16")
    case .u32: ("uint32_t", "<u4", "UInt32")
    case .u64: ("uint64_t", "<u8", "UInt64")
    case .f32: ("float", "<f4", "Float")
    case .f64: ("double", "<f8", "Double")
    case .char: ("char", "S1", "UInt8")
    }
  }
}
