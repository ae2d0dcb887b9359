/// Why processes cannot be placed on this machine.
public enum PlacementError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The config names cores that are not here, or not for this process.
  case missing([Int])
  /// There is not one core of that kind.
  case none(String)
  /// `policy: pin` gives every process a core of its own, and this many are left.
  case notEnough(workers: Int, cores: Int)

  public var description: String {
    switch self {
    case .missing(let cores):
      "\(cores.count == 1 ? "core" : "cores") \(cores.map(String.init).joined(separator: ", ")) cannot be used on this machine"
    case .none(let kind): "this machine has no \(kind) cores"
    case .notEnough(1, let cores): "placement policy 'pin' needs a core of its own, but there are \(cores) left"
    case .notEnough(let workers, let cores):
      "placement policy 'pin' needs a core for each of \(workers) workers, but there are \(cores)"
    }
  }
}
