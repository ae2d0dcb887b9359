import ClusterConfig

/// When one process was started again, within the restart window.
struct RestartHistory {
  private var times: [Supervisor.Time] = []

  /// Counts one more restart.
  /// - Returns: how long to wait before it, in s; `nil` when there have been too many.
  mutating func next(_ restart: ClusterConfig.Restart, at now: Supervisor.Time) -> Double? {
    times.removeAll { $0 <= now - restart.window }
    guard times.count < restart.limit else { return nil }
    defer { times.append(now) }
    // Twice as long each time, so that a controller that dies at once does not keep the machine busy.
    return restart.backoff * Double(1 << min(times.count, 10))
  }
}

extension ClusterConfig.Restart.Policy {
  /// Whether who ended like that is started again.
  func wants(_ status: ProcessStatus) -> Bool {
    switch self {
    case .never: false
    case .onFailure: !status.isSuccess
    case .always: true
    }
  }
}
