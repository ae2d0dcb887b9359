/// A config that cannot be used, with all its problems.
public struct ConfigError: Error, Sendable, CustomStringConvertible {
  /// In the order of the files and their lines; warnings among them.
  public var diagnostics: [Diagnostic]
  /// Further problems that were found and not kept, so that a hostile file cannot fill the memory or the screen.
  public var omitted: Int

  /// All diagnostics as text; paths below `directory` (the current one by default) are shown relative to it.
  public func rendered(relativeTo directory: String? = nil, color: Bool = false) -> String {
    let base = directory ?? Path.currentDirectory
    var text = diagnostics.map { $0.rendered(relativeTo: base, color: color) }.joined()
    if omitted > 0 { text += "… and \(omitted) more\n" }
    return text
  }

  public var description: String { rendered() }
}
