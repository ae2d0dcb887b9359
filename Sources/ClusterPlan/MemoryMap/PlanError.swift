/// A memory map that cannot be made. Only what passed validation by larger `ConfigLimits` than the default ones, or was never
/// validated, meets it: rows are bounded there as they are laid out here.
public enum PlanError: Error, Equatable, Sendable {
  /// More controllers than the slot table counts, or fewer than none.
  case controllers(Int)
  /// More axes than a field record holds, or a negative extent.
  case shape(buffer: String, field: String, shape: [Int])
  /// Not a power of two, smaller than the buffer's widest dtype, or beyond a page.
  case align(buffer: String, align: Int)
  /// The row, the buffer or the whole object is larger than a process could map.
  case tooLarge(buffer: String)
  /// There are fewer hosts with controllers.
  case host(Int, of: Int)
}

extension PlanError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .controllers(let count): "a cluster of \(count) controllers cannot be laid out"
    case .shape(let buffer, let field, let shape):
      "field '\(buffer).\(field)' has the shape \(shape); a field has at most \(MemoryMap.maximumRank) axes, none negative"
    case .align(let buffer, let align):
      "buffer '\(buffer)' has align \(align); it must be a power of two, at least its widest dtype, at most "
        + "\(MemoryMap.page)"
    case .tooLarge(let buffer): "buffer '\(buffer)' is larger than this machine could ever map"
    case .host(let host, let count): "there is no host \(host): the controllers are on \(count)"
    }
  }
}
