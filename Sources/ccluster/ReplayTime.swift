import ArgumentParser

/// A moment of a recorded run: a step's number, or simulated time.
enum ReplayTime: ExpressibleByArgument {
  case step(Int)
  /// s
  case time(Double)

  init?(argument: String) {
    if let step = Int(argument), step >= 0 {
      self = .step(step)
    } else if let seconds = try? Launch.seconds(argument) {
      self = .time(seconds)
    } else {
      return nil
    }
  }

  /// The first step that is not before it.
  /// - Parameter dt: s from one step to the next.
  func firstStep(_ dt: Double) -> Int {
    switch self {
    case .step(let step): step
    // A time that should be a whole number of steps belongs to that step.
    case .time(let seconds): Int(min((seconds / dt - 1e-9).rounded(.up), 1e15))
    }
  }

  /// The last step that is not behind it.
  func lastStep(_ dt: Double) -> Int {
    switch self {
    case .step(let step): step
    case .time(let seconds): Int(min((seconds / dt + 1e-9).rounded(.down), 1e15))
    }
  }
}
