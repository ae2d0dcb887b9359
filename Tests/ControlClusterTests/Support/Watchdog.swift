import Glibc
import Testing

@testable import ControlCluster

/// A test that blocks a thread cannot be cancelled, so a time limit of the library would report it and then wait forever.
/// This one clears up and ends the whole run, naming the test.
final class Watchdog: Sendable {
  private let isOver = Flag()

  private init(_ seconds: Double, _ what: String) throws {
    let end = System.monotonicNanoseconds + UInt64(seconds * 1e9)
    let thread = try Thread.start { [self] in
      while !isOver.isSet {
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

  static func guarding(
    _ seconds: Double = 30, _ what: String = Test.current?.name ?? "a test", _ body: () throws -> Void
  ) throws {
    let watchdog = try Watchdog(seconds, what)
    defer { watchdog.isOver.set() }
    try body()
  }
}
