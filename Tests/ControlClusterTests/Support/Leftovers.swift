import Glibc

/// What a test could leave behind: removed by the test itself, and by the watchdog when it cannot any more.
enum Leftovers {
  private struct State {
    var groups: Set<pid_t> = []
    var segments: Set<String> = []
  }

  private static let state = Locked(State())

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
