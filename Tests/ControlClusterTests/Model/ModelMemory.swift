import CLinux

@testable import ControlCluster

/// The words of a cluster in plain memory, and which is which.
final class ModelMemory {
  enum Kind: UInt8 {
    /// Nothing that the protocol decides by.
    case figure
    case doorbell, generation, pending, done, serverBell
    case step, requests, rows, contents, lifecycle, process, prepared
    case row
  }

  /// Words of a row: two, so that one of two halves can be seen.
  static let rowWords = 2

  let steps: StepProtocol<ModelMachine>
  let base: UnsafeMutableRawPointer
  let size: Int
  private let rows: Int
  /// By ``place(of:)``.
  let kinds: UnsafeMutablePointer<Kind>
  let slots: UnsafeMutablePointer<UInt8>

  init(slots count: Int) {
    let words = MemoryLayout<ccluster_control>.stride
    let records = (words + count * MemoryLayout<ccluster_words>.stride).roundedUp(to: 64)
    rows = records + count * MemoryLayout<ccluster_slot>.stride
    size = rows + count * Self.rowWords * 8
    base = .allocate(byteCount: size, alignment: 4096)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    steps = StepProtocol(
      control: base, words: base + words, wordsStride: MemoryLayout<ccluster_words>.stride, slots: base + records,
      slotCount: count)
    kinds = .allocate(capacity: size / 4)
    kinds.initialize(repeating: .figure, count: size / 4)
    slots = .allocate(capacity: size / 4)
    slots.initialize(repeating: 0, count: size / 4)
    name()
  }

  func deallocate() {
    base.deallocate()
    kinds.deallocate()
    slots.deallocate()
  }

  private func name() {
    func set(_ address: UnsafeRawPointer, _ kind: Kind, _ slot: Int = 0) {
      kinds[place(of: address)] = kind
      slots[place(of: address)] = UInt8(slot)
    }
    let control = steps.control
    set(control.doorbell.pointer, .doorbell)
    set(control.generation.pointer, .generation)
    set(control.pending.pointer, .pending)
    set(control.done.pointer, .done)
    set(control.serverBell.pointer, .serverBell)
    for index in 0..<steps.slotCount {
      let slot = steps.slot(index)
      set(slot.stepBits.pointer, .step, index)
      set(slot.requests.pointer, .requests, index)
      set(slot.rowsBits.pointer, .rows, index)
      set(slot.contentsBits.pointer, .contents, index)
      set(slot.lifecycleBits.pointer, .lifecycle, index)
      set(slot.process.pointer, .process, index)
      set(slot.prepared.pointer, .prepared, index)
      for word in 0..<Self.rowWords { set(row(index, word).pointer, .row, index) }
    }
  }

  @inline(__always) func place(of address: UnsafeRawPointer) -> Int { (address - UnsafeRawPointer(base)) >> 2 }

  func row(_ slot: Int, _ word: Int) -> MachineWord<UInt64, ModelMachine> {
    MachineWord(base + rows + (slot * Self.rowWords + word) * 8)
  }

  // MARK: A look that disturbs nobody

  func clear() { base.initializeMemory(as: UInt8.self, repeating: 0, count: size) }

  func peek<Value>(_ word: MachineWord<Value, ModelMachine>) -> Value {
    UnsafeRawPointer(word.pointer).load(as: Value.self)
  }
  func poke<Value>(_ word: MachineWord<Value, ModelMachine>, _ value: Value) {
    UnsafeMutableRawPointer(word.pointer).storeBytes(of: value, as: Value.self)
  }

  func step(_ slot: Int) -> StepWord { StepWord(bits: peek(steps.slot(slot).stepBits)) }
  func lifecycle(_ slot: Int) -> Lifecycle { Lifecycle(bits: peek(steps.slot(slot).lifecycleBits)) }
  func holder(_ slot: Int) -> ProcessIdentity { ProcessIdentity(word: peek(steps.slot(slot).process)) }
  var generation: UInt32 { peek(steps.control.generation) }
}
