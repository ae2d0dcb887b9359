/// Why a `JointMPC` cannot be built, or cannot solve.
enum MPCError: Error, Equatable, CustomStringConvertible {
  /// The problem makes no sense; the text says why.
  case invalid(String)
  /// An input of `solve` is NaN or infinite.
  case notFinite(quantity: String, joint: Int, value: Double)

  var description: String {
    switch self {
    case .invalid(let reason): reason
    case .notFinite(let quantity, let joint, let value): "\(quantity) of joint \(joint) is \(value)"
    }
  }
}
