import ClusterConfig

extension ClusterPlan {
  /// How long it takes at most until the cluster runs, or its start has failed: along the longest way of processes that wait for
  /// one another, each for its `startup_timeout`. s
  public var startupTimeout: Double {
    var readyAt: [PlannedProcess.Dependency: Double] = [:]
    for process in topology.processes {
      let own: Double =
        switch process.role {
        case .server, .simulator: 0
        case .controller: config.controllers.startupTimeout
        case .extra: process.extra.map { $0.ready == .started ? 0 : $0.startupTimeout } ?? 0
        }
      readyAt[process.dependency] = own + (process.dependencies.compactMap { readyAt[$0] }.max() ?? 0)
    }
    return topology.beforeSimulator.compactMap { readyAt[$0] }.max() ?? 0
  }
}
