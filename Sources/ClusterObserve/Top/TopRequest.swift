import ControlCluster

/// What is asked of controllers with a key.
public struct TopRequest: Sendable, Equatable {
  public enum Verb: String, Sendable {
    case activate, deactivate, reset, restart

    init?(key: Character) {
      switch key {
      case "a": self = .activate
      case "d": self = .deactivate
      case "r": self = .reset
      case "R": self = .restart
      default: return nil
      }
    }

    /// `nil` for what is asked of a process.
    public var slotRequest: SlotRequest? {
      switch self {
      case .activate: .activate
      case .deactivate: .deactivate
      case .reset: .reset
      case .restart: nil
      }
    }
  }

  public var verb: Verb
  /// In order.
  public var controllers: [Int]

  public init(verb: Verb, controllers: [Int]) { (self.verb, self.controllers) = (verb, controllers) }

  /// `controller 3`, `controllers 0-3, 7`
  public static func words(_ controllers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for index in controllers {
      if let last = ranges.last, last.upperBound == index - 1 {
        ranges[ranges.count - 1] = last.lowerBound...index
      } else {
        ranges.append(index...index)
      }
    }
    let texts = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return "controller\(controllers.count == 1 ? "" : "s") \(texts.joined(separator: ", "))"
  }
}
