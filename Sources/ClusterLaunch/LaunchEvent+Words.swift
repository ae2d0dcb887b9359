import ClusterConfig
import ControlCluster

extension LaunchEvent {
  /// The sentence for people, of events that the terminal and the records tell alike; `nil` for all others.
  public var words: String? {
    switch self {
    case .late(let controllers, let untold):
      let again = untold > 0 ? ", and \(Quantity.count(untold, "time")) more since that was last told" : ""
      return "\(Self.named(controllers)) late: no answer within solve_timeout\(again)"
    case .back(let controllers): return "\(Self.named(controllers)) back"
    case .silent(_, let why, let isKilled): return isKilled ? "\(why); it is killed" : why
    case .heard(let process): return "\(process) answers again"
    case .awaited(let process, let ready, let others):
      let end = ready == .exited ? "has ended" : "has registered"
      return
        "\(others.joined(separator: ", ")) \(others.count == 1 && others != ["controllers"] ? "waits" : "wait") until \(process) \(end)"
    case .ready(let process, let ready, let time):
      return "\(process) \(ready == .exited ? "has ended" : "is ready") after \(Quantity.duration(time))"
    case .finished(let process): return "\(process) has ended"
    default: return nil
    }
  }

  /// `controller 3 is`, `controllers 0-7,9 are`
  private static func named(_ controllers: [Int]) -> String {
    controllers.count == 1 ? "controller \(controllers[0]) is" : "controllers \(Quantity.ranges(controllers)) are"
  }
}
