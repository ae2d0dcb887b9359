import ClusterObserve
import ControlCluster

/// Carries out what `top` and the dashboard ask of controllers, one request at a time and without waiting for it: through the
/// launcher, or in the memory of a cluster that has none.
public final class TopRequests {
  private let running: RunningCluster
  private var launcher: ControlClient?
  private var pending: Pending?

  private struct Pending {
    var request: TopRequest
    var deadline: UInt64
    /// Answers that the launcher still owes.
    var owed = 0
    var restarted: [String] = []
    var refusals: [String] = []
    /// In the memory itself.
    var asked: (segment: Segment, left: [Int])?
  }

  /// s that controllers have, as the verbs of the same names give them.
  private static let patience = 10.0

  public init(_ running: RunningCluster) { self.running = running }

  /// Begins; what is told meanwhile.
  public func begin(_ request: TopRequest, in reading: TopReading) -> TopModel.Message {
    if let pending {
      return .init("wait: \(Self.words(pending.request)) is not answered yet", .yellow)
    }
    do throws(ClusterError) {
      if running.isEmbedded { try ask(request) } else { try send(request, reading) }
      return .init("\(Self.words(request)) …", .dim)
    } catch {
      launcher = nil
      return .init("\(Self.words(request)): \(error)", .red)
    }
  }

  private static func words(_ request: TopRequest) -> String {
    "\(request.verb.rawValue) \(TopRequest.words(request.controllers))"
  }

  private func ask(_ request: TopRequest) throws(ClusterError) {
    guard let slotRequest = request.verb.slotRequest else {
      throw .failed("no launcher runs this cluster: restart its program")
    }
    let segment = try Segment.attach(to: running.name, as: .tool)
    let slots = try segment.numbers.slots(of: request.controllers)
    try segment.begin(slotRequest, slots)
    pending = Pending(request: request, deadline: Self.deadline(Self.patience), asked: (segment, slots))
  }

  private func send(_ request: TopRequest, _ reading: TopReading) throws(ClusterError) {
    if launcher == nil { launcher = try running.connect() }
    guard let launcher else { return }
    var pending = Pending(request: request, deadline: Self.deadline(Self.patience + 5))
    if request.verb == .restart {
      // A process hosts several controllers, and is restarted once.
      var processes: [String] = []
      for index in request.controllers {
        let process = reading.controllers.first { $0.index == index }?.process ?? "\(index)"
        if !processes.contains(process) { processes.append(process) }
      }
      for process in processes {
        try launcher.send([.init(key: "do", value: "restart"), .init(key: "process", value: .string(process))])
      }
      pending.owed = processes.count
    } else {
      try launcher.send([
        .init(key: "do", value: .string(request.verb.rawValue)),
        .init(key: "controllers", value: .array(request.controllers.map(JSONValue.integer))),
        .init(key: "timeout", value: .number(Self.patience)),
      ])
      pending.owed = 1
    }
    self.pending = pending
  }

  private static func deadline(_ seconds: Double) -> UInt64 { System.monotonicNanoseconds + UInt64(seconds * 1e9) }

  /// What has become of the request, once that is known.
  public func answer() -> TopModel.Message? {
    guard pending != nil else { return nil }
    do throws(ClusterError) {
      guard try isAnswered() else { return nil }
    } catch {
      launcher = nil
      pending?.refusals.append("\(error)")
    }
    guard let done = pending else { return nil }
    pending = nil
    if !done.refusals.isEmpty { return .init("✗ \(done.refusals.joined(separator: "; "))", .red) }
    let controllers = TopRequest.words(done.request.controllers)
    return switch done.request.verb {
    case .activate: .init("✓ \(controllers) activated", .green)
    case .deactivate: .init("✓ \(controllers) deactivated", .green)
    case .reset: .init("✓ \(controllers) reset", .green)
    case .restart: .init("↻ \(done.restarted.joined(separator: ", ")) told to end, and started anew", .green)
    }
  }

  private func isAnswered() throws(ClusterError) -> Bool {
    if let asked = pending?.asked, let slotRequest = pending?.request.verb.slotRequest {
      let left = asked.segment.unanswered(slotRequest, asked.left)
      pending?.asked?.left = left
      if left.isEmpty { return true }
      if System.monotonicNanoseconds < pending?.deadline ?? 0 { return false }
      throw .failed(
        "no answer within \(Quantity.plain(Self.patience)) s from \(asked.segment.withdraw(slotRequest, left))")
    }
    while let answer = try launcher?.next(timeout: 0) {
      pending?.owed -= 1
      if answer["ok"]?.bool != true { pending?.refusals.append(ControlClient.refusal(answer)) }
      if let process = answer["process"]?.string { pending?.restarted.append(process) }
      if pending?.owed == 0 { return true }
    }
    guard System.monotonicNanoseconds < pending?.deadline ?? 0 else { throw .failed("the launcher has not answered") }
    return false
  }
}
