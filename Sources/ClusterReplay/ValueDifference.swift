import ControlCluster

/// One element that a controller wrote otherwise than it had.
public struct ValueDifference: Sendable, Equatable {
  public var recorded: Double
  public var replayed: Double
  /// Floating-point numbers that lie between them, the last one included; `nil` for other types.
  public var ulps: UInt64?

  /// In the field's unit; infinite where only one of them is a number.
  public var absolute: Double {
    let difference = (replayed - recorded).magnitude
    return difference.isNaN ? .infinity : difference
  }

  /// As a share of the recorded value; infinite where that is 0.
  public var relative: Double {
    if absolute == 0 { return 0 }
    return absolute.isInfinite ? .infinity : absolute / recorded.magnitude
  }

  /// Compares one element of two rows.
  /// - Returns: `nil` when they are the same to the bit.
  init?(_ recorded: UnsafeRawPointer, _ replayed: UnsafeRawPointer, _ type: ElementType) {
    switch type {
    case .f32:
      let bits = (recorded.loadUnaligned(as: UInt32.self), replayed.loadUnaligned(as: UInt32.self))
      if bits.0 == bits.1 { return nil }
      ulps = UInt64(Self.distance(Self.rank(bits.0), Self.rank(bits.1)))
    case .f64:
      let bits = (recorded.loadUnaligned(as: UInt64.self), replayed.loadUnaligned(as: UInt64.self))
      if bits.0 == bits.1 { return nil }
      ulps = Self.distance(Self.rank(bits.0), Self.rank(bits.1))
    default:
      let bytes = 0..<type.size
      if bytes.allSatisfy({ (recorded + $0).load(as: UInt8.self) == (replayed + $0).load(as: UInt8.self) }) {
        return nil
      }
    }
    self.recorded = Self.value(recorded, type)
    self.replayed = Self.value(replayed, type)
    if self.recorded.isNaN || self.replayed.isNaN { ulps = nil }
  }

  public init(recorded: Double, replayed: Double, ulps: UInt64?) {
    (self.recorded, self.replayed, self.ulps) = (recorded, replayed, ulps)
  }

  /// Rows of a recording lie anywhere.
  private static func value(_ address: UnsafeRawPointer, _ type: ElementType) -> Double {
    withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { element in
      element.copyMemory(from: UnsafeRawBufferPointer(start: address, count: type.size))
      return ElementCodec.load(element.baseAddress!, type)
    }
  }

  /// Grows with the number that the bits stand for, by 1 from each to the next.
  private static func rank<Bits: FixedWidthInteger & UnsignedInteger>(_ bits: Bits) -> Bits {
    let sign: Bits = 1 << (Bits.bitWidth - 1)
    return bits & sign == 0 ? bits | sign : ~bits
  }

  private static func distance<Rank: UnsignedInteger>(_ a: Rank, _ b: Rank) -> Rank { a > b ? a - b : b - a }
}
