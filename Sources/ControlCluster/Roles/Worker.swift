import CLinux
import Glibc

/// A process that hosts one or more controllers: registers them, and answers their steps until the cluster stops.
final class Worker {
  private let segment: Segment
  private let steps: StepProtocol
  private let safeRows: SafeRows
  private let slots: Range<Int>
  private var controllers: [HostedController] = []

  /// A controller with what the worker keeps of it.
  private final class HostedController {
    let slot: Int
    let controller: RHController
    let rows: ControllerRows
    let solveTime: ControllerOutput?

    init(_ controller: RHController, slot: Int, solveTime: ControllerOutput?) {
      self.slot = slot
      self.controller = controller
      self.solveTime = solveTime
      rows = controller.context.rows
    }
  }

  /// The longest sleep on the doorbell, ns; a worker whose server is gone ends within it. One that the kernel kills then needs
  /// no limit, and is spared arming a timer at each sleep, about 0.2 µs.
  private let longestSleep: UInt64

  /// - Parameter endsWithServer: the kernel kills this process when its server is gone.
  init(_ segment: Segment, slots: Range<Int>, endsWithServer: Bool) {
    self.segment = segment
    self.slots = slots
    longestSleep = endsWithServer ? .max : 1_000_000_000
    steps = segment.stepProtocol
    safeRows = SafeRows(segment)
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

  // MARK: Registration

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
    for hosted in controllers { segment.slot(hosted.slot).prepared.store(1) }
    segment.control.ringServer()
  }

  /// The process word comes before the lifecycle, so that a slot that registers always says by whom: the server watches that
  /// process. It stays the predecessor's until that one's death has been declared, because the server knows a dead process's
  /// slots by it.
  private func claim(_ index: Int, for identity: ProcessIdentity) throws(ClusterError) {
    let slot = segment.slot(index)
    while true {
      let lifecycle = slot.lifecycle
      let holder = ProcessIdentity(word: slot.process.load())
      if holder.isAlive { throw .slotTaken(slot: index, owner: holder.pid) }
      if lifecycle.state == .vacant || lifecycle.state == .dead {
        guard slot.process.exchange(holder.word, for: identity.word) else { continue }
        slot.prepared.store(0)
        slot.registeringAt.store(System.monotonicNanoseconds)
        // Every death but none else makes a new incarnation.
        slot.restarts.store(lifecycle.incarnation)
        // Nobody else moves a slot that is vacant or dead and whose process lives.
        _ = slot.move(from: lifecycle, to: .registering)
        slot.becomeAvailable()
        return
      }
      // The predecessor is gone, and the server is about to say so; it may not know if that one died before it could ring.
      guard segment.phase == .ready else { throw .stopped(segment: segment.name) }
      segment.control.ringServer()
      usleep(1000)
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
    if context.hasField("profiling", "registration_time") {
      try? context.output("profiling", "registration_time")[0] = Double(registration) * 1e-9
    }
    let solveTime = context.hasField("profiling", "solve_time") ? try? context.output("profiling", "solve_time") : nil
    controllers.append(HostedController(controller, slot: index, solveTime: solveTime))
  }

  // MARK: Steps

  /// Answers steps and requests until the cluster stops or its server is gone.
  func run() {
    // Of the loop's own: reading a class's stored variable is checked each time.
    let controllers = self.controllers
    let doorbell = steps.control.doorbell
    while true {
      let bell = doorbell.load()
      for hosted in controllers {
        let slot = steps.slot(hosted.slot)
        let word = slot.step
        if word.status == .due {
          answer(hosted, slot, word.generation)
        } else {
          if word.status == .late { slot.becomeAvailable() }
          if slot.requests.load() != 0 { carryOutRequests(hosted, slot) }
        }
      }
      guard segment.phase == .ready else { return }
      // Whatever became due behind this pass, and a stop, has rung the bell since: then this does not sleep.
      let timedOut = doorbell.sleep(while: bell, nanoseconds: longestSleep)
      if timedOut, !segment.server.isAlive { return }
    }
  }

  private func answer(_ hosted: HostedController, _ slot: Slot, _ generation: UInt32) {
    let status: SlotStatus
    switch StepRequest(rawValue: slot.stepRequestWord.load()) ?? .solve {
    case .reset: status = reset(hosted, slot) ? .solved : .failed
    case .solve where slot.lifecycle.state == .active: status = solve(hosted, slot) ? .solved : .failed
    case .solve:
      // It was deactivated after the client had picked it: its row is the safe one.
      writeRows(slot) { safeRows.reset(hosted.slot) }
      status = .solved
    }
    if !steps.settle(hosted.slot, generation, as: status) { slot.becomeAvailable() }
  }

  private func solve(_ hosted: HostedController, _ slot: Slot) -> Bool {
    hosted.rows.refresh()
    let began = System.monotonicNanoseconds
    do {
      try hosted.controller.solve()
    } catch {
      fail(hosted, slot, "\(error)")
      return false
    }
    let duration = System.monotonicNanoseconds - began
    hosted.solveTime?[0] = Double(duration) * 1e-9
    writeRows(slot) {
      hosted.rows.commit()
      slot.contents.storeRelaxed(CCLUSTER_CONTENTS_SOLVED.rawValue)
    }
    slot.solves.storeRelaxed(slot.solves.loadRelaxed() + 1)
    slot.lastSolve.storeRelaxed(duration)
    slot.totalSolve.storeRelaxed(slot.totalSolve.loadRelaxed() + duration)
    slot.maxSolve.storeRelaxed(max(slot.maxSolve.loadRelaxed(), duration))
    return true
  }

  private func fail(_ hosted: HostedController, _ slot: Slot, _ message: String) {
    slot.message = message
    slot.failures.storeRelaxed(slot.failures.loadRelaxed() + 1)
    writeRows(slot) { safeRows.fail(hosted.slot, torn: false) }
    hosted.rows.reload()
    let lifecycle = slot.lifecycle
    if lifecycle.state == .active { _ = slot.move(from: lifecycle, to: .failed) }
  }

  private func reset(_ hosted: HostedController, _ slot: Slot) -> Bool {
    do { try hosted.controller.reset() } catch {
      fail(hosted, slot, "reset: \(error)")
      return false
    }
    writeRows(slot) { safeRows.reset(hosted.slot) }
    hosted.rows.reload()
    let lifecycle = slot.lifecycle
    if lifecycle.state == .failed { _ = slot.move(from: lifecycle, to: .active) }
    return true
  }

  /// Marks the rows as being written: a death in between leaves them torn, and the server must know.
  private func writeRows(_ slot: Slot, _ write: () -> Void) {
    slot.writing.store(1)
    write()
    slot.writing.store(0)
  }

  // MARK: Requests

  /// Carries out what was asked beside the steps; a bit is cleared once its request has come true.
  private func carryOutRequests(_ hosted: HostedController, _ slot: Slot) {
    // Until the server has let the controller in, a request waits.
    guard slot.lifecycle.state != .registering else { return }
    let requests = SlotRequest(rawValue: slot.requests.load())
    if requests.contains(.reset) { _ = reset(hosted, slot) }
    if requests.contains(.activate), slot.lifecycle.state == .idle { _ = slot.move(from: slot.lifecycle, to: .active) }
    if requests.contains(.deactivate) {
      let lifecycle = slot.lifecycle
      if lifecycle.state == .active || lifecycle.state == .failed { _ = slot.move(from: lifecycle, to: .idle) }
      writeRows(slot) { safeRows.reset(hosted.slot) }
      hosted.rows.reload()
    }
    slot.requests.clear(bits: requests.rawValue)
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
