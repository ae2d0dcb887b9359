import Glibc

@testable import ControlCluster

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
