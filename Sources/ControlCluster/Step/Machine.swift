import CLinux
import Glibc
import Synchronization

/// What the step protocol runs on: every access to a shared word, every fence, wait and wake, the clock, and the look at
/// whether a process lives. The protocol is generic over it, so that a test can stop, kill and interleave processes between
/// any two accesses of the very code that runs between real ones (`Tests/ControlClusterTests/Model`).
///
/// All of it is static, so that a word stays one pointer; on ``Hardware`` everything is inlined away.
protocol Machine: Sendable {
  static func load(_ word: UnsafeMutablePointer<Atomic<UInt32>>) -> UInt32
  static func load(_ word: UnsafeMutablePointer<Atomic<UInt64>>) -> UInt64
  static func store(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ value: UInt32)
  static func store(_ word: UnsafeMutablePointer<Atomic<UInt64>>, _ value: UInt64)
  /// Whether the word held `expected` and now holds `desired`.
  static func exchange(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ expected: UInt32, _ desired: UInt32) -> Bool
  static func exchange(_ word: UnsafeMutablePointer<Atomic<UInt64>>, _ expected: UInt64, _ desired: UInt64) -> Bool
  static func increment(_ word: UnsafeMutablePointer<Atomic<UInt32>>)
  static func set(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32)
  static func clear(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32)
  static func fence()

  /// Sleeps while the word holds `value`, at most that long (`.max`: for ever); returns early for any reason.
  /// - Returns: whether the time has passed.
  static func sleep(on word: UnsafeMutablePointer<Atomic<UInt32>>, while value: UInt32, nanoseconds: UInt64) -> Bool
  static func wake(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ count: Int32)

  /// CLOCK_MONOTONIC, ns.
  static var now: UInt64 { get }
  /// How often a spinning client looks at the hint between two looks at the clock, which cost more.
  static var looksPerClock: Int { get }
  /// Whether a client that waited that long for a step is to spin for the next one.
  static func spins(after nanoseconds: UInt64) -> Bool
  /// A moment between two looks of a spin.
  static func relax()
  /// Gives the core to somebody who waits for it.
  static func yield()
  /// Lets time pass where there is nothing to sleep on.
  static func rest(nanoseconds: UInt64)

  static func isAlive(_ identity: ProcessIdentity) -> Bool
}

/// The machine itself. Loads acquire and stores release; whatever reads and writes at once is sequentially consistent.
enum Hardware: Machine {
  @inline(__always) static func load(_ word: UnsafeMutablePointer<Atomic<UInt32>>) -> UInt32 {
    word.pointee.load(ordering: .acquiring)
  }
  @inline(__always) static func load(_ word: UnsafeMutablePointer<Atomic<UInt64>>) -> UInt64 {
    word.pointee.load(ordering: .acquiring)
  }
  @inline(__always) static func store(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ value: UInt32) {
    word.pointee.store(value, ordering: .releasing)
  }
  @inline(__always) static func store(_ word: UnsafeMutablePointer<Atomic<UInt64>>, _ value: UInt64) {
    word.pointee.store(value, ordering: .releasing)
  }
  @inline(__always) static func exchange(
    _ word: UnsafeMutablePointer<Atomic<UInt32>>, _ expected: UInt32, _ desired: UInt32
  ) -> Bool {
    word.pointee.compareExchange(expected: expected, desired: desired, ordering: .sequentiallyConsistent).exchanged
  }
  @inline(__always) static func exchange(
    _ word: UnsafeMutablePointer<Atomic<UInt64>>, _ expected: UInt64, _ desired: UInt64
  ) -> Bool {
    word.pointee.compareExchange(expected: expected, desired: desired, ordering: .sequentiallyConsistent).exchanged
  }
  @inline(__always) static func increment(_ word: UnsafeMutablePointer<Atomic<UInt32>>) {
    word.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
  }
  @inline(__always) static func set(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32) {
    word.pointee.bitwiseOr(bits, ordering: .sequentiallyConsistent)
  }
  @inline(__always) static func clear(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32) {
    word.pointee.bitwiseAnd(~bits, ordering: .sequentiallyConsistent)
  }
  @inline(__always) static func fence() { atomicMemoryFence(ordering: .sequentiallyConsistent) }

  @inline(__always) static func sleep(
    on word: UnsafeMutablePointer<Atomic<UInt32>>, while value: UInt32, nanoseconds: UInt64
  ) -> Bool {
    linux_futex_wait(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), value, nanoseconds) == -ETIMEDOUT
  }
  @inline(__always) static func wake(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ count: Int32) {
    _ = linux_futex_wake(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), count)
  }

  @inline(__always) static var now: UInt64 { linux_monotonic_ns() }
  @inline(__always) static var looksPerClock: Int { 64 }
  /// Up to twice the spin: a step that ends soon after it is worth it to the next one, which may be a little shorter.
  @inline(__always) static func spins(after nanoseconds: UInt64) -> Bool { nanoseconds < 100_000 }
  @inline(__always) static func relax() { linux_cpu_relax() }
  @inline(__always) static func yield() { sched_yield() }
  static func rest(nanoseconds: UInt64) { usleep(UInt32(nanoseconds / 1000)) }

  static func isAlive(_ identity: ProcessIdentity) -> Bool { identity.isAlive }
}
