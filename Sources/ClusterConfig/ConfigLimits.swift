/// What a config may cost, so that a hostile or mistaken one ends in a diagnostic.
public struct ConfigLimits: Sendable {
  /// Bytes of one file.
  public var fileSize = 4 << 20
  /// Lists and mappings inside one another.
  public var depth = 64
  /// Values in one file, with aliases expanded.
  public var nodes = 1 << 20
  /// `extends` entries followed in all.
  public var includes = 256
  /// Bytes of a row of each buffer, which a plan holds in memory: what the rows are at first.
  public var rows = 1 << 30
  /// Bytes of the resulting buffers.
  public var memory = 1 << 40

  public init() {}
}
