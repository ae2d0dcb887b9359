import ClusterConfig
import ClusterObserve
import ClusterPlan
import ControlCluster
import Glibc

// What comes in over the control channel.
extension Launcher: ControlHost {
  /// Without the channel a run goes on: it can be looked at through its memory, and ended by a signal.
  func openControl() {
    guard let recorder = options.recorder else { return }
    do { control = try ControlServer(in: recorder.descriptor) } catch {
      tell(.warning("\(error): this run takes no requests, but for signals"))
    }
  }

  private func requestSegment() -> Segment? {
    if askingSegment == nil, publishedSegment != nil { askingSegment = try? Segment.attach(to: segmentName, as: .tool) }
    return askingSegment
  }

  func carryOut(_ request: ControlRequest) throws(ControlFailure) -> ControlAnswer {
    switch request {
    case .status: return .now([.init(key: "status", value: status)])
    case .stop(let grace):
      handle(.stopRequested(grace: grace))
      return .now([.init(key: "limit", value: .number(supervisor.stopLimit))])
    case .restart(let text):
      if let name = try restartElsewhere(text) { return .now([.init(key: "process", value: .string(name))]) }
      let name = try process(named: text)
      handle(.restartRequested(name))
      return .now([.init(key: "process", value: .string(name))])
    case .ask(let request, let controllers, let timeout): return try ask(request, controllers, timeout)
    case .logs:
      guard let directory = options.recorder?.directory else { throw ControlFailure(.notNow, "this run keeps no logs") }
      return .now([.init(key: "directory", value: .string(directory.path))])
    case .subscribe: return .events
    }
  }

  /// - Parameter text: its name, or the number of a controller that it hosts.
  private func process(named text: String) throws(ControlFailure) -> String {
    let processes = plan.topology.processes
    let found =
      processes.first { $0.name == text }
      ?? Int(text).flatMap { number in
        processes.first { $0.slots.contains(number - plan.numbers[0]) }
      }
    guard let found else {
      let near = Suggestion.nearest(to: text, among: processes.map(\.name)).map { "; did you mean '\($0)'?" }
      throw ControlFailure(.unknownProcess, "there is no process '\(text)'\(near ?? "; 'ccluster status' lists them")")
    }
    if let reason = supervisor.refusesRestart(of: found.name) { throw ControlFailure(.notNow, reason) }
    return found.name
  }

  private func ask(_ request: SlotRequest, _ controllers: [Int]?, _ timeout: Double) throws(ControlFailure)
    -> ControlAnswer
  {
    guard let segment = requestSegment() else { throw ControlFailure(.notNow, "the cluster's memory is not there yet") }
    let (numbers, dead) = (segment.numbers, supervisor.endedSlots)
    let indices: [Int]
    do throws(ClusterError) {
      if let controllers {
        indices = try numbers.slots(of: controllers)
      } else {
        indices = (0..<segment.layout.slots).filter { !dead.contains($0) }
      }
      // Nobody is asked when one of them cannot answer.
      if indices.allSatisfy({ !dead.contains($0) }) { try segment.begin(request, indices) }
    } catch {
      throw ControlFailure(.unknownController, "\(error)")
    }
    let lost = indices.filter(dead.contains)
    if !lost.isEmpty { throw refusal(of: lost) }
    let end = System.monotonicNanoseconds + UInt64(timeout * 1e9)
    var left = indices
    let members: [JSONValue.Member] = [
      .init(key: "controllers", value: .array(indices.map { .integer(numbers[$0]) })),
      .init(key: "skipped", value: .array(controllers == nil ? dead.sorted().map { .integer(numbers[$0]) } : [])),
    ]
    return .later(members) { () throws(ControlFailure) in
      left = segment.unanswered(request, left)
      if left.isEmpty { return true }
      let lost = left.filter(self.supervisor.endedSlots.contains)
      if !lost.isEmpty {
        _ = segment.withdraw(request, left)
        throw self.refusal(of: lost)
      }
      guard segment.phase == .ready else { throw ControlFailure(.notNow, "the cluster is stopping") }
      if System.monotonicNanoseconds < end { return false }
      throw ControlFailure(
        .timeout, "no answer within \(Quantity.plain(timeout)) s from \(segment.withdraw(request, left))")
    }
  }

  private func refusal(of dead: [Int]) -> ControlFailure {
    let name = SegmentName.namespace(of: segmentName)
    let dead = dead.map { plan.numbers[$0] }
    let who = dead.map(String.init).joined(separator: ", ")
    return ControlFailure(
      .notNow,
      "\(dead.count == 1 ? "controller \(who) is" : "controllers \(who) are") dead, and not started again; "
        + "'ccluster restart \(name) \(dead[0])' does it")
  }

  private var status: JSONValue {
    var members = publishedSegment.map { ClusterStatus($0).members } ?? []
    members.append(
      .init(key: "processes", value: .array(supervisor.processStates.map(json) + (others?.board.processes ?? []))))
    // What they say of themselves is more than what the memory knows.
    if let others, let index = members.firstIndex(where: { $0.key == "hosts" }) {
      let head = members[index].value.array?.first?.object ?? []
      let own: [JSONValue.Member] = [
        .init(key: "launcher", value: .integer(Int(getpid()))),
        .init(key: "run_directory", value: options.recorder.map { .string($0.directory.path) } ?? .null),
        .init(key: "problem", value: .null),
      ]
      members[index].value = .array([.object(head + own)] + others.board.rows)
    }
    return .object(members)
  }

  private func json(_ process: Supervisor.ProcessState) -> JSONValue {
    let pid = children[process.name]?.pid
    return [
      "name": .string(process.name), "role": .string(process.role.rawValue),
      "pid": pid.map { .integer(Int($0)) } ?? .null,
      "state": .string(pid.map(suspended.contains) == true ? "suspended" : process.state),
      "starts": .integer(process.starts), "controllers": .array(process.slots.map { .integer(plan.numbers[$0]) }),
    ]
  }
}
