package import BuiltInPrograms

/// For the built-in programs, whose parameters are declared once, so that configs can be checked by the same declarations.
extension ParameterReader {
  /// - Throws: `parameter`, for a key that is not declared.
  package init(_ value: JSONValue, path: String, declared: [Parameter]) throws(ClusterError) {
    try self.init(value, path: path, keys: declared.map(\.key))
    self.declared = declared
  }

  /// A mapping below; empty when the key is absent.
  package func section(_ key: String) throws(ClusterError) -> ParameterReader {
    guard case .section(let parameters) = declaration(key).kind else { undeclared(key) }
    return try ParameterReader(self.value(key), path: "\(path).\(key)", declared: parameters)
  }

  /// The number or its default; `nil` when it is absent and has none.
  package func number(_ key: String) throws(ClusterError) -> Double? {
    let parameter = declaration(key)
    guard case .number(let bound) = parameter.kind else { undeclared(key) }
    guard let number = try number(key, Range(bound)) else {
      switch parameter.absence {
      case .value(let standard): return standard
      case .meaning: return nil
      case .required: return try require(nil, key)
      }
    }
    return number
  }

  /// A number that is required or has a default.
  package func decided(_ key: String) throws(ClusterError) -> Double {
    guard let number = try number(key) else { undeclared(key) }
    return number
  }

  /// One of the declared words; `nil` when the key is absent.
  package func choice(_ key: String) throws(ClusterError) -> String? {
    guard case .choice(let words) = declaration(key).kind else { undeclared(key) }
    return try choice(key, of: words)
  }

  /// A number for each of the joints.
  package func numbers(_ key: String, of joints: [String]) throws(ClusterError) -> [Double] {
    guard case .perJoint = declaration(key).kind, case .value(let standard) = declaration(key).absence else {
      undeclared(key)
    }
    return try numbers(key, for: joints).map { $0 ?? standard }
  }

  private func declaration(_ key: String) -> Parameter {
    guard let parameter = declared.first(where: { $0.key == key }) else { undeclared(key) }
    return parameter
  }

  /// A slip of the program, which its first test finds.
  private func undeclared(_ key: String) -> Never {
    preconditionFailure("\(path).\(key) is not declared as what it is read as")
  }
}

extension ParameterReader.Range {
  fileprivate init(_ bound: Parameter.Bound) {
    switch bound {
    case .positive: self = .positive
    case .notNegative: self = .notNegative
    case .any: self = .any
    }
  }
}
