extension ResolvedConfig {
  /// The same controllers on the same memory, with what feeds them from a recording in the simulator's place.
  ///
  /// Beside them runs only what they wait for. What dies is started again as often as it dies: it was in the recording, or the
  /// replay says that it was not.
  /// - Parameter simulator: the command of what feeds them.
  public func replaying(simulator command: [String]) -> ResolvedConfig {
    var resolved = self
    let needed = config.processesBefore(config.controllers.after)
    resolved.config.simulator.program = .command(arguments: command, environment: [], directory: nil)
    resolved.config.simulator.after = []
    resolved.config.simulator.placement = ClusterConfig.Placement()
    resolved.config.simulator.scheduling = ClusterConfig.Scheduling()
    resolved.config.processes = config.processes.filter { needed.contains($0.name) }
    resolved.config.controllers.restart = ClusterConfig.Restart(
      policy: .always, limit: 1_000_000, window: 60, backoff: 0.01)
    resolved.config.archive = []
    resolved.config.record = nil
    resolved.config.hosts = nil
    return resolved
  }
}

extension ClusterConfig {
  /// Those of `processes` that must be ready before somebody who waits for these, and so on.
  fileprivate func processesBefore(_ names: [String]) -> Set<String> {
    var found: Set<String> = []
    var next = names
    while let name = next.popLast() {
      guard let process = processes.first(where: { $0.name == name }), found.insert(name).inserted else { continue }
      next += process.after
    }
    return found
  }
}
