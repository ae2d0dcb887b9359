internal import BuiltInPrograms

/// Strict access to a config's `parameters`: a key that is not known, or a value of another type or outside its range, is
/// an error that names its path. For controllers and simulators that would rather refuse a typo than ignore it.
public struct ParameterReader: Sendable {
  private let value: JSONValue
  let path: String
  /// Empty unless it reads by declarations.
  var declared: [Parameter] = []

  /// - Parameters:
  ///   - value: an object; `null` is an empty one.
  ///   - path: where it stands in the config, for errors.
  ///   - keys: all that are allowed.
  /// - Throws: `parameter`.
  public init(_ value: JSONValue, path: String, keys: [String]) throws(ClusterError) {
    self.value = value
    self.path = path
    guard value.object != nil || value.isNull else {
      throw .parameter("\(path) is \(value.compact); it must be a mapping")
    }
    for member in value.object ?? [] where !keys.contains(member.key) {
      throw .parameter("\(path) has no '\(member.key)'; known are \(keys.joined(separator: ", "))")
    }
  }

  /// A mapping below; empty when the key is absent.
  /// - Throws: `parameter`.
  public func section(_ key: String, keys: [String]) throws(ClusterError) -> ParameterReader {
    try ParameterReader(value(key), path: "\(path).\(key)", keys: keys)
  }

  func value(_ key: String) -> JSONValue { value[key] ?? .null }

  /// Whether the key is there, and not null.
  public func contains(_ key: String) -> Bool { !value(key).isNull }

  /// What a number may be.
  public enum Range: String, Sendable {
    case positive
    case notNegative = "not negative"
    case any = "a number"

    func contains(_ number: Double) -> Bool {
      switch self {
      case .positive: number > 0 && number.isFinite
      case .notNegative: number >= 0 && number.isFinite
      case .any: number.isFinite
      }
    }
  }

  /// `nil` when the key is absent.
  public func number(_ key: String, _ range: Range) throws(ClusterError) -> Double? {
    guard contains(key), let value = value[key] else { return nil }
    guard let number = value.number, range.contains(number) else { throw wrong(key, "be \(range.rawValue)") }
    return number
  }

  /// A whole number of at least 0; `nil` when the key is absent.
  public func count(_ key: String) throws(ClusterError) -> Int? {
    guard contains(key), let value = value[key] else { return nil }
    guard let number = value.int, number >= 0 else { throw wrong(key, "be a whole number that is not negative") }
    return number
  }

  /// One of a few words; `nil` when the key is absent.
  public func choice(_ key: String, of words: [String]) throws(ClusterError) -> String? {
    guard contains(key), let value = value[key] else { return nil }
    guard let word = value.string, words.contains(word) else {
      throw wrong(key, "be \(words.joined(separator: " or "))")
    }
    return word
  }

  /// One positive number for all `names`, or a mapping from some of them to theirs.
  /// - Returns: a number for each name; `nil` where none is given.
  public func numbers(_ key: String, for names: [String]) throws(ClusterError) -> [Double?] {
    guard value[key]?.object != nil else {
      let number = try number(key, .positive)
      return names.map { _ in number }
    }
    let section = try section(key, keys: names)
    var numbers: [Double?] = []
    for name in names { numbers.append(try section.number(name, .positive)) }
    return numbers
  }

  /// The value of a key that must be there.
  public func require<Value>(_ value: Value?, _ key: String) throws(ClusterError) -> Value {
    guard let value else { throw .parameter("\(path) lacks '\(key)'") }
    return value
  }

  private func wrong(_ key: String, _ expectation: String) -> ClusterError {
    .parameter("\(path).\(key) is \(value(key).compact); it must \(expectation)")
  }
}
