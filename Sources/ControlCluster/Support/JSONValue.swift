/// A JSON document, as the cluster's description and the users' parameters reach programs that carry no Foundation.
///
/// Two objects are equal when they hold equal members in the same order: the order of the config is kept and printed.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits 64 bits.
  case integer(Int)
  /// Any other number. JSON knows neither infinity nor NaN; they are printed as `null`.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Sendable, Equatable {
    public var key: String
    public var value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }
}

extension JSONValue {
  public var isNull: Bool { self == .null }

  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// `nil` for `3.0` as well: whoever counts in whole numbers writes them so.
  public var int: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// Of an integer, too: nobody writes `mass: 15.0`.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  public var array: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members in their order.
  public var object: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// The value of an object's key; `nil` when there is none, or when this is no object. Of equal keys the last one counts.
  public subscript(key: String) -> JSONValue? { object?.last { $0.key == key }?.value }

  /// An array's element; `nil` when there is none, or when this is no array.
  public subscript(index: Int) -> JSONValue? {
    guard let elements = array, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The value behind keys joined by dots, `gains.kp`; a number between dots is an index where it meets an array,
  /// `weights.0`. A key that itself holds a dot is only reached by ``subscript(_:)-(String)``.
  public subscript(path path: String) -> JSONValue? {
    path.split(separator: ".", omittingEmptySubsequences: false).reduce(Optional(self)) { value, step in
      guard case .array = value else { return value?[String(step)] }
      return Int(step).flatMap { value?[$0] }
    }
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Keeps the order of the literal.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member(key: $0.0, value: $0.1) })
  }
}
