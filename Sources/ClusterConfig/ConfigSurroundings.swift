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

  /// Reads a file of those that there are.
  func read(
    _ path: String, _ limits: ConfigLimits
  ) throws(SourceText.ReadingFailure) -> (source: SourceText, identity: SourceText.Identity) {
    guard let files else { return try SourceText.read(path, limit: limits.fileSize) }
    return try SourceText.read(path, among: files, limit: limits.fileSize)
  }
}
