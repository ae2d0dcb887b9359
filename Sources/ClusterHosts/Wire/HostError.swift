/// Why a host has left the run, or cannot take part in it.
package enum HostError: Error, Equatable, Sendable {
  /// It has said nothing for so long, in s.
  case silent(seconds: Double)
  /// It cannot be reached, in the network's words.
  case unreachable(String)
  /// It has ended its part, and why.
  case left(String)
  /// The two ends do not go together: what differs, and what to do.
  case mismatch(String)
}

extension HostError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .silent(let seconds): "no answer for \(seconds.formatted) s"
    case .unreachable(let why): "it cannot be reached: \(why)"
    case .left(let why): why
    case .mismatch(let what): what
    }
  }
}

extension Double {
  /// Without a fraction where there is none.
  fileprivate var formatted: String { self == rounded() && magnitude < 1e15 ? "\(Int(self))" : "\(self)" }
}
