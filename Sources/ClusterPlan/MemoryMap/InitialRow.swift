import ClusterConfig

/// Composes what a row holds at first, as it lies in memory. The host is little-endian, as the memory map is.
enum InitialRow {
  /// - Returns: `rowStride` bytes; padding, `char` fields and elements without an initial value are zero.
  static func bytes(
    of fields: [ClusterConfig.Field], at offsets: [Int], rowStride: Int, homing: Homing
  ) -> [UInt8] {
    var row = [UInt8](repeating: 0, count: rowStride)
    row.withUnsafeMutableBytes { row in
      for (field, offset) in zip(fields, offsets) where field.dtype != .char && !field.shape.contains(0) {
        write(field, to: UnsafeMutableRawBufferPointer(rebasing: row[offset...]), homing: homing)
      }
    }
    return row
  }

  private static func write(_ field: ClusterConfig.Field, to bytes: UnsafeMutableRawBufferPointer, homing: Homing) {
    let count = field.shape.reduce(1, *)
    switch field.initial {
    case .scalar(0): break
    case .scalar(let number):
      for index in 0..<count { store(number, as: field.dtype, to: bytes, at: index) }
    case .list(let numbers):
      for (index, number) in numbers.prefix(count).enumerated() {
        store(number, as: field.dtype, to: bytes, at: index)
      }
    case .homing:
      guard let (axis, positions) = homing.spread(over: field) else { break }
      // Row-major: an element's index along an axis changes every `inner` elements.
      let inner = field.shape[(axis + 1)...].reduce(1, *)
      for index in 0..<count {
        store(positions[index / inner % positions.count], as: field.dtype, to: bytes, at: index)
      }
    }
  }

  private static func store(
    _ number: Double, as dtype: ClusterConfig.DType, to bytes: UnsafeMutableRawBufferPointer, at index: Int
  ) {
    func put(_ value: some BitwiseCopyable) {
      bytes.storeBytes(of: value, toByteOffset: index * dtype.size, as: type(of: value))
    }
    switch dtype {
    case .bool: put(UInt8(number == 0 ? 0 : 1))
    case .i8: put(Int8(nearest: number))
    case .i16: put(Int16(nearest: number))
    case .i32: put(Int32(nearest: number))
    case .i64: put(Int64(nearest: number))
    case .u8: put(UInt8(nearest: number))
    case .u16: put(UInt16(nearest: number))
    case .u32: put(UInt32(nearest: number))
    case .u64: put(UInt64(nearest: number))
    case .f32: put(Float(number))
    case .f64: put(number)
    case .char: break
    }
  }
}

extension FixedWidthInteger {
  /// The representable integer next to a number; 0 for NaN.
  init(nearest number: Double) {
    let rounded = number.rounded()
    if rounded.isNaN {
      self = 0
    } else if let exact = Self(exactly: rounded) {
      self = exact
    } else {
      self = rounded < 0 ? .min : .max
    }
  }
}
