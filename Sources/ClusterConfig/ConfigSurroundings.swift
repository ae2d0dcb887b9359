import Glibc

/// What a config takes from outside.
public struct ConfigSurroundings: Sendable {
  /// Directories that `extends` looks in, in this order, after the one of the file that names it.
  public var searchPath: [String]
  /// The files that there are, by absolute path; `nil` for those of the file system.
  public var files: [String: [UInt8]]?
  /// The values of `${env:NAME}`; `nil` when there is no such variable.
  public var environment: @Sendable (String) -> String?

  public init(
    searchPath: [String] = [], files: [String: [UInt8]]? = nil,
    environment: @escaping @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) {
    self.searchPath = searchPath
    self.files = files
    self.environment = environment
  }
}
