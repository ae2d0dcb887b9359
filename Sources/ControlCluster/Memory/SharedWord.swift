import Synchronization

/// A 32- or 64-bit word of shared memory that several processes change: `Synchronization.Atomic` bound onto mapped memory.
/// Lives as long as the mapping it points into.
struct MachineWord<Value: FixedWidthInteger & AtomicRepresentable & Sendable, Platform: Machine>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Atomic<Value>>

  init(_ address: UnsafeMutableRawPointer) {
    pointer = address.assumingMemoryBound(to: Atomic<Value>.self)
  }
}

/// A word as the running program reaches it.
typealias SharedWord<Value: FixedWidthInteger & AtomicRepresentable & Sendable> = MachineWord<Value, Hardware>

extension MachineWord where Value == UInt32 {
  @inline(__always) func load() -> UInt32 { Platform.load(pointer) }
  @inline(__always) func store(_ value: UInt32) { Platform.store(pointer, value) }

  /// Whether the word held `expected` and now holds `desired`.
  @inline(__always) func exchange(_ expected: UInt32, for desired: UInt32) -> Bool {
    Platform.exchange(pointer, expected, desired)
  }

  @inline(__always) func increment() { Platform.increment(pointer) }
  @inline(__always) func set(bits: UInt32) { Platform.set(pointer, bits: bits) }
  @inline(__always) func clear(bits: UInt32) { Platform.clear(pointer, bits: bits) }

  /// Sleeps while the word holds `value`, at most that long (`.max`: for ever); returns early for any reason.
  /// - Returns: whether the time has passed.
  @discardableResult
  func sleep(while value: UInt32, nanoseconds: UInt64) -> Bool {
    Platform.sleep(on: pointer, while: value, nanoseconds: nanoseconds)
  }

  func wake(_ count: Int32) { Platform.wake(pointer, count) }
}

extension MachineWord where Value == UInt64 {
  @inline(__always) func load() -> UInt64 { Platform.load(pointer) }
  @inline(__always) func store(_ value: UInt64) { Platform.store(pointer, value) }

  // Figures that nothing is decided by, and the words of `latest` rows: no part of the protocol.
  @inline(__always) func loadRelaxed() -> UInt64 { pointer.pointee.load(ordering: .relaxed) }
  @inline(__always) func storeRelaxed(_ value: UInt64) { pointer.pointee.store(value, ordering: .relaxed) }

  /// For the only process that writes it.
  @inline(__always) func add(_ value: UInt64) { storeRelaxed(loadRelaxed() &+ value) }

  /// Whether the word held `expected` and now holds `desired`.
  @inline(__always) func exchange(_ expected: UInt64, for desired: UInt64) -> Bool {
    Platform.exchange(pointer, expected, desired)
  }
}
