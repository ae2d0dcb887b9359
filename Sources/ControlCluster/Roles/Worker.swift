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
      linux_buffer_output_by_line()
      let place = try WorkerPlace.fromEnvironment()
      try MemoryLock.lockIfAsked()
      let segment = try Segment.attach(to: place.segment, as: .controller)
      let worker = Worker(segment, slots: place.slots, endsWithServer: endsWithServer)
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
    guard slots.lowerBound >= 0, slots.upperBound <= segment.layout.slots else {
      throw ClusterError.slotOutOfRange(slot: slots.upperBound - 1, count: segment.layout.slots)
    }
    let identity = ProcessIdentity.current()
    for index in slots { try claim(index, for: identity) }
    segment.control.ringServer()
    for index in slots { try build(type, index) }
    for index in slots { steps.becomePrepared(index) }
  }

  private func claim(_ index: Int, for identity: ProcessIdentity) throws(ClusterError) {
    switch steps.claim(index, for: identity, while: { segment.phase == .ready }) {
    case .claimed: return
    case .taken(let owner): throw .slotTaken(slot: index, owner: owner.pid)
    case .stopped: throw .stopped(segment: segment.name)
    }
  }

  private func build(_ type: RHController.Type, _ index: Int) throws {
    let slot = segment.slot(index)
    let context = try ControllerContext(segment, index: index)
    let controller: RHController
    do { controller = try type.init(context) } catch {
      let neighbours = slots.filter { $0 != index }.map(String.init)
      let names = neighbours.dropLast(2) + [neighbours.suffix(2).joined(separator: " and ")]
      let toll =
        neighbours.isEmpty
        ? ""
        : " (its process ends, and with it \(neighbours.count == 1 ? "controller" : "controllers") \(names.joined(separator: ", ")))"
      throw ClusterError.failed("controller \(index) could not be built: \(error)\(toll)")
    }
    let registration = System.monotonicNanoseconds - slot.registeringAt.load()
    slot.registrationNanoseconds.store(registration)
    context.stagedScalar("profiling", "registration_time")?.store(Double(registration) * 1e-9)
    controllers.append(HostedController(controller, slot: slot))
  }

  /// Answers steps and requests until the cluster stops or its server is gone.
  func run() {
    var host = HostedControllers(segment, first: slots.lowerBound, controllers)
    steps.serve(slots, &host, longestSleep: longestSleep)
  }
}

/// Where a worker process belongs.
struct WorkerPlace {
  var segment: String
  var slots: Range<Int>

  static func fromEnvironment() throws(ClusterError) -> WorkerPlace {
    guard let segment = System.environment("CCLUSTER_SEGMENT") else {
      throw .environment(name: "CCLUSTER_SEGMENT", value: nil)
    }
    let first = try number("CCLUSTER_FIRST_SLOT")
    return WorkerPlace(segment: segment, slots: first..<(first + (try number("CCLUSTER_SLOT_COUNT"))))
  }

  private static func number(_ name: String) throws(ClusterError) -> Int {
    let text = System.environment(name)
    guard let text, let value = Int(text), value >= 0, value < 1 << 24 else {
      throw .environment(name: name, value: text)
    }
    return value
  }
}
