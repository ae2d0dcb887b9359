import CLinux

@testable import ControlCluster

/// The step's words in plain memory: the protocol without processes.
final class StepMemory<Platform: Machine>: @unchecked Sendable {
  let steps: StepProtocol<Platform>
  private let base: UnsafeMutableRawPointer

  init(slots: Int, state: SlotState = .active, generation: UInt32 = 0) {
    let words = MemoryLayout<ccluster_control>.stride
    let records = words + slots * 64
    let size = records + slots * MemoryLayout<ccluster_slot>.stride
    base = .allocate(byteCount: size, alignment: 4096)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    steps = StepProtocol(
      control: base, words: base + words, wordsStride: 64, slots: base + records, slotCount: slots)
    steps.control.generation.store(generation)
    steps.control.pending.store(UInt64(generation) << 32)
    steps.control.done.store(generation)
    for index in 0..<slots {
      steps.slot(index).stepBits.store(StepWord(generation, .free).bits)
      steps.slot(index).lifecycleBits.store(Lifecycle(0, state).bits)
    }
  }

  deinit { base.deallocate() }

  /// The participants that a client would pick now.
  func pick(_ request: StepRequest = .solve) -> [Int] {
    (0..<steps.slotCount).filter { steps.part(of: steps.slot($0), in: request) != .none }
  }

  /// Hands a generation out to all that can take part now.
  func publish(_ generation: UInt32) {
    steps.publish(generation, .solve, to: pick())
  }

  var statuses: [SlotStatus] { (0..<steps.slotCount).map { steps.slot($0).step.status } }
  var pendingCount: UInt32 { UInt32(truncatingIfNeeded: steps.control.pending.load()) }
}

/// Of the real machine.
typealias PlainStepMemory = StepMemory<Hardware>
