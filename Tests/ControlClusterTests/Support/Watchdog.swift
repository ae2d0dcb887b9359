import Glibc
import Synchronization
import Testing

@testable import ControlCluster

/// What a test could leave behind: removed by the test itself, and by the watchdog when it cannot any more.
enum Leftovers {
  private struct State {
    var groups: Set<pid_t> = []
    var segments: Set<String> = []
  }

  private static let state = Mutex(State())

  static func add(group: pid_t) { state.withLock { _ = $0.groups.insert(group) } }
  static func remove(group: pid_t) { state.withLock { _ = $0.groups.remove(group) } }
  static func add(segment: String) { state.withLock { _ = $0.segments.insert(segment) } }
  static func remove(segment: String) { state.withLock { _ = $0.segments.remove(segment) } }

  static func clear() {
    let left = state.withLock { $0 }
    for group in left.groups { kill(-group, SIGKILL) }
    for segment in left.segments { shm_unlink(segment) }
  }
}

/// A test that blocks a thread cannot be cancelled, so a time limit of the library would report it and then wait forever.
/// This one clears up and ends the whole run, naming the test.
final class Watchdog: Sendable {
  private let isOver = Atomic<Bool>(false)

  private init(_ seconds: Double, _ what: String) throws {
    let end = System.monotonicNanoseconds + UInt64(seconds * 1e9)
    let thread = try Thread.start { [self] in
      while !isOver.load(ordering: .acquiring) {
        if System.monotonicNanoseconds > end {
          System.print(error: "watchdog: '\(what)' hangs after \(seconds) s")
          Leftovers.clear()
          abort()
        }
        usleep(5000)
      }
    }
    pthread_detach(thread)
  }

  static func guarding<Result>(
    _ seconds: Double = 30, _ what: String = Test.current?.name ?? "a test", _ body: () throws -> Result
  ) throws -> Result {
    let watchdog = try Watchdog(seconds, what)
    defer { watchdog.isOver.store(true, ordering: .releasing) }
    return try body()
  }
}

/// Names that no other test, and no other run, has.
enum UniqueName {
  private static let counter = Atomic<Int>(0)

  static func next() -> String { "test-\(getpid())-\(counter.wrappingAdd(1, ordering: .relaxed).newValue)" }
}

struct TimedOut: Error, CustomStringConvertible {
  let description: String
}

/// Waits for a condition of other processes, which no event of ours announces.
func waitUntil(_ what: String, within seconds: Double = 15, _ condition: () throws -> Bool) throws {
  let end = System.monotonicNanoseconds + UInt64(seconds * 1e9)
  while try !condition() {
    guard System.monotonicNanoseconds < end else { throw TimedOut(description: "not within \(seconds) s: \(what)") }
    usleep(500)
  }
}

/// The same numbers from the same seed, on every machine (SplitMix64: Steele, Lea, Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
