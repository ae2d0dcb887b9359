import CLinux
import Glibc
import Synchronization

/// A 32- or 64-bit word of shared memory that several processes change: `Synchronization.Atomic` bound onto mapped memory.
/// Lives as long as the mapping it points into.
struct SharedWord<Value: FixedWidthInteger & AtomicRepresentable & Sendable>: @unchecked Sendable {
  private let pointer: UnsafeMutablePointer<Atomic<Value>>

  init(_ address: UnsafeMutableRawPointer) {
    pointer = address.assumingMemoryBound(to: Atomic<Value>.self)
  }
}

extension SharedWord where Value == UInt32 {
  @inline(__always) func load() -> UInt32 { pointer.pointee.load(ordering: .acquiring) }
  @inline(__always) func storeRelaxed(_ value: UInt32) { pointer.pointee.store(value, ordering: .relaxed) }
  @inline(__always) func store(_ value: UInt32) { pointer.pointee.store(value, ordering: .releasing) }

  /// Whether the word held `expected` and now holds `desired`.
  @inline(__always) func exchange(_ expected: UInt32, for desired: UInt32) -> Bool {
    pointer.pointee.compareExchange(expected: expected, desired: desired, ordering: .sequentiallyConsistent).exchanged
  }

  @inline(__always) func increment() { pointer.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent) }
  @inline(__always) func set(bits: UInt32) { pointer.pointee.bitwiseOr(bits, ordering: .sequentiallyConsistent) }
  @inline(__always) func clear(bits: UInt32) { pointer.pointee.bitwiseAnd(~bits, ordering: .sequentiallyConsistent) }

  /// Sleeps while the word holds `value`, at most that long (`.max`: for ever); returns early for any reason.
  /// - Returns: whether the time has passed.
  @discardableResult
  func sleep(while value: UInt32, nanoseconds: UInt64) -> Bool {
    linux_futex_wait(UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt32.self), value, nanoseconds) == -ETIMEDOUT
  }

  func wake(_ count: Int32) {
    _ = linux_futex_wake(UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt32.self), count)
  }
}

extension SharedWord where Value == UInt64 {
  @inline(__always) func load() -> UInt64 { pointer.pointee.load(ordering: .acquiring) }
  @inline(__always) func loadRelaxed() -> UInt64 { pointer.pointee.load(ordering: .relaxed) }
  @inline(__always) func store(_ value: UInt64) { pointer.pointee.store(value, ordering: .releasing) }
  @inline(__always) func storeRelaxed(_ value: UInt64) { pointer.pointee.store(value, ordering: .relaxed) }

  /// Whether the word held `expected` and now holds `desired`.
  @inline(__always) func exchange(_ expected: UInt64, for desired: UInt64) -> Bool {
    pointer.pointee.compareExchange(expected: expected, desired: desired, ordering: .sequentiallyConsistent).exchanged
  }
}
