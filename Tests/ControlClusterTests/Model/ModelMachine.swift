import Synchronization

@testable import ControlCluster

/// A machine whose every access asks the explorer first who runs next.
enum ModelMachine: Machine {
  private static var explorer: Explorer { Explorer.current }

  static func load(_ word: UnsafeMutablePointer<Atomic<UInt32>>) -> UInt32 {
    UInt32(truncatingIfNeeded: explorer.load(UnsafeMutableRawPointer(word), wide: false))
  }
  static func load(_ word: UnsafeMutablePointer<Atomic<UInt64>>) -> UInt64 {
    explorer.load(UnsafeMutableRawPointer(word), wide: true)
  }
  static func store(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ value: UInt32) {
    explorer.store(UnsafeMutableRawPointer(word), wide: false, UInt64(value))
  }
  static func store(_ word: UnsafeMutablePointer<Atomic<UInt64>>, _ value: UInt64) {
    explorer.store(UnsafeMutableRawPointer(word), wide: true, value)
  }
  static func exchange(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ expected: UInt32, _ desired: UInt32) -> Bool {
    explorer.exchange(UnsafeMutableRawPointer(word), wide: false, UInt64(expected), UInt64(desired))
  }
  static func exchange(_ word: UnsafeMutablePointer<Atomic<UInt64>>, _ expected: UInt64, _ desired: UInt64) -> Bool {
    explorer.exchange(UnsafeMutableRawPointer(word), wide: true, expected, desired)
  }
  static func increment(_ word: UnsafeMutablePointer<Atomic<UInt32>>) {
    explorer.update(UnsafeMutableRawPointer(word)) { $0 &+ 1 }
  }
  static func set(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32) {
    explorer.update(UnsafeMutableRawPointer(word)) { $0 | bits }
  }
  static func clear(_ word: UnsafeMutablePointer<Atomic<UInt32>>, bits: UInt32) {
    explorer.update(UnsafeMutableRawPointer(word)) { $0 & ~bits }
  }
  /// The model's accesses happen one after the other, in the order of each process: a fence changes nothing.
  static func fence() {}

  static func sleep(on word: UnsafeMutablePointer<Atomic<UInt32>>, while value: UInt32, nanoseconds: UInt64) -> Bool {
    explorer.sleep(UnsafeMutableRawPointer(word), while: value)
  }
  static func wake(_ word: UnsafeMutablePointer<Atomic<UInt32>>, _ count: Int32) {
    explorer.wake(UnsafeMutableRawPointer(word))
  }

  static var now: UInt64 { explorer.now }
  /// A client that looks once and then sleeps sees all that one sees that looks more often.
  static var looksPerClock: Int { 1 }
  /// One that sleeps at once sees nothing that this one does not.
  static func spins(after nanoseconds: UInt64) -> Bool { true }
  static func relax() {}
  static func yield() {}
  static func rest(nanoseconds: UInt64) { explorer.rest() }
  static func isAlive(_ identity: ProcessIdentity) -> Bool { explorer.isAlive(identity) }
}
