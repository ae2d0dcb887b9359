@testable import ControlCluster

/// What an exploration explores: who there is, what may go wrong, and how far it looks.
struct Scenario: Sendable, CustomStringConvertible {
  /// What may go wrong, once for each of ``faults``.
  struct Faults: OptionSet, Sendable {
    let rawValue: UInt32
    /// A worker is killed at any access; a successor is started, and the server is told, any time after.
    static let workerKilled = Faults(rawValue: 1)
    /// The client is killed at any access; a successor takes over.
    static let clientReplaced = Faults(rawValue: 2)
    /// A process is stopped at any access, and goes on at any time after, or when nobody else can.
    static let workerStopped = Faults(rawValue: 4)
    static let clientStopped = Faults(rawValue: 8)
    static let serverStopped = Faults(rawValue: 16)
    /// `solve_timeout` passes at any moment of the client's sleep.
    static let late = Faults(rawValue: 32)
    /// A controller cannot solve.
    static let failing = Faults(rawValue: 64)
    /// A controller elsewhere is lost; it comes back.
    static let losing = Faults(rawValue: 128)

    static let stopped: Faults = [.workerStopped, .clientStopped, .serverStopped]
    static let all = Faults(rawValue: 255)
  }

  /// Workers, and the slots of each.
  var workers = 2
  var perWorker = 1
  /// What the client asks, a generation each.
  var script: [StepRequest] = [.solve, .solve]
  /// Switches away from a process that could have gone on.
  var preemptions = 2
  var kinds: Faults = .all
  var faults = 1
  /// Whether the workers have yet to register when the exploration begins.
  var registers = false
  /// Processes that want the slots of worker 0, too, from the beginning.
  var rivals = 0
  /// Whether the workers take one task after the other, as programs with a loop of their own do.
  var pulls = false
  /// Whether the workers answer for controllers elsewhere, which they may lose.
  var isRemote = false
  /// What a tool asks of slot 0 beside the steps, one after the other.
  var asks: [SlotRequest] = []
  /// Whether a worker that is killed has a successor.
  var restarts = true
  /// `on_failure: hold`; otherwise a failed or dead controller's rows are filled.
  var holdsRows = true
  /// Deliberately broken machines.
  var defect: Defect?

  var slots: Int { workers * perWorker }

  var description: String {
    let who = "\(workers) worker\(workers == 1 ? "" : "s") of \(perWorker), \(script.count) generations"
    let how = "\(preemptions) preemption\(preemptions == 1 ? "" : "s"), \(faults) fault\(faults == 1 ? "" : "s")"
    let more = [
      pulls ? ", pulling" : "", isRemote ? ", remote" : "", registers ? ", registering" : "",
      rivals > 0 ? ", a rival" : "",
      asks.isEmpty ? "" : ", asked to \(asks.map(\.words).joined(separator: ", "))",
      restarts ? "" : ", restart: never", holdsRows ? "" : ", homing", script.contains(.reset) ? ", a reset" : "",
      defect.map { ", broken: \($0)" } ?? "",
    ]
    return "\(who), \(how)\(more.joined())"
  }
}

extension Scenario {
  /// What the client asks in a generation; the last once more for those behind.
  func request(of generation: UInt32) -> StepRequest { script[min(Int(generation), script.count) - 1] }
}

extension SlotRequest {
  fileprivate var words: String {
    switch self {
    case .activate: "activate"
    case .deactivate: "deactivate"
    case .reset: "reset"
    default: "\(rawValue)"
    }
  }
}
