import Glibc
import Synchronization

/// Names that no other test, and no other run, has.
enum UniqueName {
  private static let counter = Atomic<Int>(0)

  static func next() -> String { "runtime-test-\(getpid())-\(counter.wrappingAdd(1, ordering: .relaxed).newValue)" }
}
