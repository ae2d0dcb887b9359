import ControlCluster

/// One element of a field, exactly as it is stored.
public enum ElementValue: Sendable, Equatable {
  case bool(Bool)
  case integer(Int)
  /// Of u64, which reaches further.
  case unsigned(UInt64)
  case single(Float)
  case double(Double)
  /// All characters of a char field up to the first NUL.
  case text(String)

  /// - Parameters:
  ///   - address: aligned as the type needs it.
  ///   - length: of a text, in bytes.
  init(at address: UnsafeRawPointer, _ type: ElementType, length: Int) {
    self =
      switch type {
      case .char:
        .text(String(decoding: UnsafeRawBufferPointer(start: address, count: length).prefix { $0 != 0 }, as: UTF8.self))
      case .bool: .bool(address.load(as: UInt8.self) != 0)
      case .i8: .integer(Int(address.load(as: Int8.self)))
      case .i16: .integer(Int(address.load(as: Int16.self)))
      case .i32: .integer(Int(address.load(as: Int32.self)))
      case .i64: .integer(Int(address.load(as: Int64.self)))
      case .u8: .integer(Int(address.load(as: UInt8.self)))
      case .u16: .integer(Int(address.load(as: UInt16.self)))
      case .u32: .integer(Int(address.load(as: UInt32.self)))
      case .u64: .unsigned(address.load(as: UInt64.self))
      case .f32: .single(address.load(as: Float.self))
      case .f64: .double(address.load(as: Double.self))
      }
  }

  /// Rounded where a double holds less; NaN for a text.
  public var number: Double {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .single(let value): Double(value)
    case .double(let value): value
    case .text: .nan
    }
  }

  /// With all digits: what reads back as the same value.
  public var exact: String {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): value.description
    case .unsigned(let value): value.description
    case .single(let value): value.description
    case .double(let value): value.description
    case .text(let value): value
    }
  }

  /// For a table: four digits behind the point, or three in all where those would say little.
  public var short: String {
    switch self {
    case .bool, .integer, .unsigned, .text: exact
    case .single, .double: Self.short(number)
    }
  }

  static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let magnitude = abs(value)
    return magnitude == 0 || (0.1..<1e7).contains(magnitude)
      ? Quantity.fixed(value, 4) : Quantity.short(value)
  }

  /// `null` for what JSON has no number for.
  public var json: JSONValue {
    switch self {
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .unsigned(let value): Int(exactly: value).map(JSONValue.integer) ?? .number(Double(value))
    // Its own digits, and not those of the double that it becomes.
    case .single(let value): .number(Double(value.description) ?? Double(value))
    case .double(let value): .number(value)
    case .text(let value): .string(value)
    }
  }
}
