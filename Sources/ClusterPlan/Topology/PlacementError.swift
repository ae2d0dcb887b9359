/// Why workers cannot be placed on this machine.
public enum PlacementError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The config names cores that are not here, or not for this process.
  case missing([Int])
  /// There is not one core of that kind.
  case none(String)
  /// `policy: pin` gives every worker a core of its own.
  case notEnough(workers: Int, cores: Int)

  public var description: String {
    switch self {
    case .missing(let cores): "cores \(cores.map(String.init).joined(separator: ", ")) cannot be used on this machine"
    case .none(let kind): "this machine has no \(kind) cores"
    case .notEnough(let workers, let cores):
      "placement policy 'pin' needs a core for each of \(workers) workers, but there are \(cores); 'spread' shares them"
    }
  }
}
