import Glibc

/// What a config takes from outside its files.
public struct ConfigSurroundings: Sendable {
  /// Directories that `extends` looks in, in this order, after the one of the file that names it.
  public var searchPath: [String]
  /// The values of `${env:NAME}`; `nil` when there is no such variable.
  public var environment: @Sendable (String) -> String?

  public init(
    searchPath: [String] = [],
    environment: @escaping @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) {
    self.searchPath = searchPath
    self.environment = environment
  }
}
