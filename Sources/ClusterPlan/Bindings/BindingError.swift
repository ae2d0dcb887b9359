/// A cluster that no binding can be generated for.
public enum BindingError: Error, Equatable, Sendable {
  /// Two things would have one name in the generated code.
  case clash(name: String, first: String, second: String)
}

extension BindingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .clash(let name, let first, let second):
      "\(first) and \(second) would both be '\(name)' in the generated code: rename one of them in the config"
    }
  }
}
