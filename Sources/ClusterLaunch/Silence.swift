import ControlCluster

/// That a process of controllers answers nothing.
struct Silence: Equatable {
  /// What it has left unanswered.
  enum Duty: Equatable {
    case step
    case request
    case registration
    /// Nobody has asked it, but it is stopped.
    case nothing
  }

  var process: String
  /// For how long.
  var seconds: Double
  var owes: Duty
  /// What the kernel says of it; `nil` when that is not known.
  var state: KernelState?

  var words: String {
    let duty: String? =
      switch owes {
      case .step: "it leaves a step unanswered"
      case .request: "it leaves a request unanswered"
      case .registration: "it has not registered"
      case .nothing: state == nil ? "it is stopped" : nil
      }
    let facts = [duty, state?.words].compactMap { $0 }.joined(separator: ", and ")
    return "\(process) has been silent for \(Quantity.duration(seconds)): \(facts)"
  }
}
