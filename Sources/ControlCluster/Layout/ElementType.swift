/// The type of one element of a field, as it lies in memory (little-endian, at its natural alignment).
public enum ElementType: UInt8, CaseIterable, Sendable {
  case bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64
  /// NUL-padded UTF-8.
  case char

  /// The name that the config and the memory tables use: `f32`, `bool`, …
  public var name: String { String(describing: self) }

  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }

  /// Bytes of one element, which is also its alignment.
  public var size: Int {
    switch self {
    case .bool, .i8, .u8, .char: 1
    case .i16, .u16: 2
    case .i32, .u32, .f32: 4
    case .i64, .u64, .f64: 8
    }
  }
}
