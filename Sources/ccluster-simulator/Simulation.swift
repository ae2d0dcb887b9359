import ControlCluster

/// One run of the stub simulator: its robots, the cluster that controls them, and the loop over both.
struct Simulation {
  private let client: ControlClusterClient
  private let parameters: SimulatorParameters
  private let robots: RobotDynamics
  private var rows: RobotRows
  private var report: RunReport

  /// Perturbs the robots, and fills what does not change in a run: the standing base, the contact forces and the
  /// references.
  /// - Throws: `parameter`, `failed` for buffers that the stub cannot work with, ``DynamicsError`` for unstable gains.
  init(_ client: ControlClusterClient) throws {
    self.client = client
    let cluster = client.cluster
    parameters = try SimulatorParameters(cluster)
    robots = try RobotDynamics(
      robots: cluster.controllers.count, joints: parameters.joints, dt: cluster.timing.simulationDt)
    robots.perturb(by: parameters.perturbation, seed: parameters.seed)
    rows = try RobotRows(client)
    report = RunReport(
      cluster: SegmentName.namespace(of: client.segment.name), controllers: cluster.controllers.count, steps: 0,
      simulatedTime: 0, wallTime: 0,
      stepTimes: StepTimes(), error: TrackingError(), worstJoint: "", tolerance: parameters.tolerance)
    report.startError = robots.trackingError().maximum
    try rows.writeConstants(standingHeight: parameters.standingHeight)
  }

  /// Runs until `simulator.steps` cluster steps are done, the cluster stops, or a signal arrives.
  /// - Throws: `serverGone`, when nobody could declare deaths any more.
  mutating func run() throws -> RunReport {
    let cluster = client.cluster
    let steps = cluster.simulator.steps
    let pacer = Pacer()
    let start = System.monotonicNanoseconds
    var simulationStep = 0
    while !StopSignal.isReceived, !client.isStopping {
      if client.isClusterInstant(simulationStep) {
        if steps > 0, report.steps == steps { break }
        guard try clusterStep() else { break }
      }
      robots.step()
      simulationStep += 1
      if cluster.simulator.realtime { pacer.wait(until: Double(simulationStep) * cluster.timing.simulationDt) }
    }
    // Observers find the robots where they ended.
    rows.writeState(robots)
    report.wallTime = Double(System.monotonicNanoseconds - start) * 1e-9
    report.simulatedTime = Double(simulationStep) * cluster.timing.simulationDt
    report.error = robots.trackingError()
    report.worstJoint = parameters.joints.isEmpty ? "" : parameters.joints[report.error.joint].name
    return report
  }

  var reportsJSON: Bool { parameters.reportsJSON }

  /// Hands the state over and takes the commands; false when the cluster has stopped meanwhile.
  private mutating func clusterStep() throws -> Bool {
    rows.writeState(robots)
    let step: StepReport
    do { step = try client.solve() } catch .stopped { return false }
    try rows.readCommands(robots)
    report.steps += 1
    report.stepTimes.record(nanoseconds: UInt64(step.duration * 1e9))
    report.failed += step.failed
    report.late += step.late
    report.died += step.died
    return true
  }
}
