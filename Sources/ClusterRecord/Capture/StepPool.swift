import CLinux
import ControlCluster
import Glibc

/// Captured steps on their way from the thread that follows the cluster to the one that writes, and back. The first never
/// waits: when all are on their way, it goes without.
final class StepPool: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var free: [CapturedStep] = []
  private var ready: ArraySlice<CapturedStep> = []
  private var made = 0
  private var isClosed = false
  private let limit: Int
  private let make: () throws -> CapturedStep

  /// - Parameter limit: how many there are at most; they are made when they are needed.
  init(limit: Int, make: @escaping () throws -> CapturedStep) {
    (self.limit, self.make) = (limit, make)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  // MARK: Who captures

  /// One to fill; `nil` when all wait to be written.
  func takeFree() throws -> CapturedStep? {
    let (known, isAllowed) = locked {
      let known = free.popLast()
      if known == nil, made < limit {
        made += 1
        return (known, true)
      }
      return (known, false)
    }
    return try known ?? (isAllowed ? make() : nil)
  }

  func put(_ step: CapturedStep) {
    locked { ready.append(step) }
    pthread_cond_signal(changed)
  }

  /// No more will come.
  func close() {
    locked { isClosed = true }
    pthread_cond_signal(changed)
  }

  // MARK: Who writes

  enum Arrival {
    case step(CapturedStep)
    /// The time has passed.
    case nothing
    /// What is left is ``takeRest()``'s.
    case closed
  }

  /// The next step in the order they were put, waiting for it.
  /// - Parameter patience: ns
  func next(within patience: UInt64) -> Arrival {
    let end = System.monotonicNanoseconds + patience
    var time = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
    return locked {
      while ready.isEmpty, !isClosed {
        if pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT { break }
      }
      if isClosed { return .closed }
      return ready.popFirst().map(Arrival.step) ?? .nothing
    }
  }

  /// All that had not been taken when it was closed.
  func takeRest() -> [CapturedStep] {
    locked {
      defer { ready.removeAll() }
      return Array(ready)
    }
  }

  func giveBack(_ step: CapturedStep) { locked { free.append(step) } }
}
