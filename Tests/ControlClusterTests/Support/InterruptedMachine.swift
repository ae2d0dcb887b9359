import Synchronization

@testable import ControlCluster

/// The real machine, with something happening right before an access: how a test puts one process's actions between two of
/// another's. One test at a time may use it.
enum InterruptedMachine: Machine {
  /// Called before each access to a shared word, with its address; what it does itself interrupts nothing.
  nonisolated(unsafe) static var before: ((UnsafeRawPointer) -> Void)?

  /// The clock, ns, in place of the real one.
  nonisolated(unsafe) static var clock: (() -> UInt64)?
  /// Called in place of a sleep.
  nonisolated(unsafe) static var asleep: () -> Void = {}

  private static func interrupt<Value>(_ word: UnsafeMutablePointer<Atomic<Value>>) {
    guard let action = before else { return }
    before = nil
    defer { if before == nil { before = action } }
    action(UnsafeRawPointer(word))
  }

  static func load(_ word: UnsafeMutablePointer<Atomic<UInt32>>) -> UInt32 {
    interrupt(word)
    return Hardware.load(word)
  }
  static func load(_ word: UnsafeMutablePointer<Atomic<UInt64>>) -> UInt64 {
    interrupt(word)
    return Hardware.load(word)
  }
  static func store(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ value: UInt32) {
    interrupt(word)
    Hardware.store(word, value)
  }
  static func store(_ word: UnsafeMutablePointer<Atomic<UInt64>>, _ value: UInt64) {
    interrupt(word)
    Hardware.store(word, value)
  }
  static func exchange(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ expected: UInt32, _ desired: UInt32) -> Bool {
    interrupt(word)
    return Hardware.exchange(word, expected, desired)
  }
  static func exchange(_ word: UnsafeMutablePointer<Atomic<UInt64>>, _ expected: UInt64, _ desired: UInt64) -> Bool {
    interrupt(word)
    return Hardware.exchange(word, expected, desired)
  }
  static func increment(_ word: UnsafeMutablePointer<Atomic<UInt32>>) {
    interrupt(word)
    Hardware.increment(word)
  }
  static func set(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32) {
    interrupt(word)
    Hardware.set(word, bits: bits)
  }
  static func clear(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32) {
    interrupt(word)
    Hardware.clear(word, bits: bits)
  }
  static func fence() { Hardware.fence() }
  /// Nobody would wake it.
  static func sleep(on word: UnsafeMutablePointer<Atomic<UInt32>>, while value: UInt32, nanoseconds: UInt64) -> Bool {
    asleep()
    return true
  }
  static func wake(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ count: Int32) {}
  static var now: UInt64 { clock?() ?? Hardware.now }
  static var looksPerClock: Int { 1 }
  static func spins(after nanoseconds: UInt64) -> Bool { Hardware.spins(after: nanoseconds) }
  static func relax() {}
  static func yield() {}
  static func rest(nanoseconds: UInt64) {}
  static func isAlive(_ identity: ProcessIdentity) -> Bool { Hardware.isAlive(identity) }
}
