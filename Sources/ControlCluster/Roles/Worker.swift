import CLinux
import Glibc

/// A process that hosts one or more controllers: registers them, and answers their steps until the cluster stops.
final class Worker {
  private let segment: Segment
  private let steps: StepProtocol<Hardware>
  private let slots: Range<Int>
  private var controllers: [HostedController] = []

  /// The longest sleep on the doorbell, ns; a worker whose server is gone ends within it. One that the kernel kills then needs
  /// no limit, and is spared arming a timer at each sleep: a few percent of an empty step.
  private let longestSleep: UInt64

  /// - Parameter endsWithServer: the kernel kills this process when its server is gone.
  init(_ segment: Segment, slots: Range<Int>, endsWithServer: Bool) {
    self.segment = segment
    self.slots = slots
    longestSleep = endsWithServer ? .max : 1_000_000_000
    steps = segment.stepProtocol
  }

  /// The main of a worker process: everything it needs to know stands in its environment.
  static func main(_ type: RHController.Type) -> Never {
    do {
      let endsWithServer = Lifeline.holdOn()
      let segment = try Segment.fromEnvironment(as: .controller)
      let worker = try Worker(segment, slots: slotsFromEnvironment(), endsWithServer: endsWithServer)
      try worker.register(type)
      worker.run()
      exit(0)
    } catch {
      System.print(error: "\(error)")
      exit(1)
    }
  }

  /// Claims the slots, builds their controllers, and reports them to the server once all are there: a step that asked the
  /// first one would wait for the others' building.
  func register(_ type: RHController.Type) throws {
    try segment.claim(slots)
    for index in slots { try build(type, index) }
    for index in slots { steps.becomePrepared(index) }
  }

  private func build(_ type: RHController.Type, _ index: Int) throws {
    let slot = segment.slot(index)
    let context = try ControllerContext(segment, slot: index)
    let controller: RHController
    do { controller = try type.init(context) } catch {
      let neighbours = slots.filter { $0 != index }.map { String(segment.numbers[$0]) }
      let names = neighbours.dropLast(2) + [neighbours.suffix(2).joined(separator: " and ")]
      let toll =
        neighbours.isEmpty
        ? ""
        : " (its process ends, and with it \(neighbours.count == 1 ? "controller" : "controllers") \(names.joined(separator: ", ")))"
      throw ClusterError.failed("controller \(context.index) could not be built: \(error)\(toll)")
    }
    context.noteRegistration(slot)
    controllers.append(HostedController(controller, ControllerSeat(context, slot: slot)))
  }

  /// The slots that this process was launched for.
  /// - Throws: `environment`
  static func slotsFromEnvironment() throws(ClusterError) -> Range<Int> {
    let first = try number("CCLUSTER_FIRST_SLOT")
    return first..<(first + (try number("CCLUSTER_SLOT_COUNT")))
  }

  private static func number(_ name: String) throws(ClusterError) -> Int {
    let text = System.environment(name)
    guard let text, let value = Int(text), value >= 0, value < 1 << 24 else {
      throw .environment(name: name, value: text)
    }
    return value
  }

  /// Answers steps and requests until the cluster stops or its server is gone.
  func run() {
    var host = HostedControllers(segment, first: slots.lowerBound, controllers)
    steps.serve(slots, &host, longestSleep: longestSleep)
  }
}

extension Segment {
  /// Makes slots this process's own, and tells the server.
  /// - Throws: `slotOutOfRange`, `slotTaken` naming the live holder, `stopped`.
  func claim(_ slots: Range<Int>) throws(ClusterError) {
    guard slots.lowerBound >= 0, slots.upperBound <= layout.slots else {
      throw .slotOutOfRange(slot: slots.upperBound - 1, count: layout.slots)
    }
    let identity = ProcessIdentity.current()
    for index in slots {
      switch stepProtocol.claim(index, for: identity, while: { phase == .ready }) {
      case .claimed: continue
      case .taken(let owner): throw .slotTaken(slot: numbers[index], owner: owner.pid)
      case .stopped: throw .stopped(segment: name)
      }
    }
    control.ringServer()
  }
}
