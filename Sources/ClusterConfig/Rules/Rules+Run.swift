import Glibc

extension Rules {
  /// Decimals such as 0.02 and 0.002 are not exact in binary: their quotient may miss a whole number by some units in
  /// the last place, and by no more.
  private static let stepTolerance = 1e-9
  /// More steps than this in one cluster step is a slip of units.
  private static let maximumSteps = 1e9

  /// The whole number of simulation steps in a cluster step, if there is one.
  static func steps(simulationDt: Double, clusterDt: Double) -> Int? {
    let ratio = clusterDt / simulationDt
    let whole = ratio.rounded()
    guard whole >= 1, whole <= maximumSteps, abs(ratio - whole) <= stepTolerance * whole else { return nil }
    return Int(whole)
  }

  func timestepMultiple() {
    guard let simulation = spec.timing.simulationDt, let cluster = spec.timing.clusterDt else { return }
    if Self.steps(simulationDt: simulation.value, clusterDt: cluster.value) != nil { return }
    let ratio = cluster.value / simulation.value
    var notes: [Diagnostic.Note] = []
    if ratio <= Self.maximumSteps {
      let steps = max(1, ratio.rounded())
      let nearest = Self.roundedDecimal(steps * simulation.value).shortText
      notes.append(.init("the nearest valid cluster_dt is \(nearest) (\(Int(steps)) step\(steps == 1 ? "" : "s"))"))
    } else {
      notes.append(.init("that would be \(ratio.rounded().shortText) steps; both are in seconds"))
    }
    if !cluster.isDefault, !simulation.isDefault {
      notes.append(.init("timing.simulation_dt is here", at: simulation.span))
    }
    // One of them may be the default; point at the one that is written.
    func text(_ dt: Located<Double>) -> String { "\(dt.value.shortText) s\(dt.isDefault ? " by default" : "")" }
    collector.report(
      .timestepNotMultiple,
      "timing.cluster_dt (\(text(cluster))) must be a whole multiple of timing.simulation_dt (\(text(simulation)))",
      at: cluster.isDefault ? simulation.span : cluster.span, notes: notes)
  }

  /// Without the binary dust of a product: 12 significant digits.
  private static func roundedDecimal(_ value: Double) -> Double {
    let exponent = 11 - floor(log10(value))
    guard (0...300).contains(exponent) else { return value }
    let scale = pow(10, exponent)
    let rounded = (value * scale).rounded() / scale
    return rounded.isFinite && rounded > 0 ? rounded : value
  }

  /// The kernel's own rule: only the real-time policies have priorities, and theirs begin at 1.
  func priorityOfPolicy() {
    let ofRun = [spec.controllers.scheduling, spec.simulatorScheduling, spec.serverScheduling, spec.record?.scheduling]
      .compactMap { $0 }
    for scheduling in ofRun + spec.processes.map(\.scheduling) { priorityOfPolicy(scheduling) }
  }

  private func priorityOfPolicy(_ scheduling: SchedulingSpec) {
    guard let policy = scheduling.policy, let priority = scheduling.priority else { return }
    let isRealTime = policy.value == .fifo || policy.value == .rr
    if isRealTime == (priority.value > 0) { return }
    let message =
      isRealTime
      ? "the policy '\(policy.value.rawValue)' needs a priority from 1 to 99"
      : "the policy '\(policy.value.rawValue)' takes no priority; remove this, or choose fifo or rr"
    collector.report(.priority, message, at: isRealTime ? policy.span : priority.span)
  }

  /// What the built-in simulator reads and writes, of the standard buffers. It does so in steps only.
  private static let stubFields: [String: Set<String>] = {
    let joints: Set = ["joint_position", "joint_velocity", "joint_effort"]
    let root: Set = ["root_position", "root_orientation", "root_linear_velocity", "root_angular_velocity"]
    return [
      "robot_state": joints.union(root).union(["joint_acceleration", "contact_force"]), "rhc_commands": joints,
      "rhc_references": root.union(["joint_position", "joint_velocity", "contact"]),
    ]
  }()

  func stubTakesPart(_ buffer: BufferSpec) {
    guard spec.simulator.program == .builtIn("stub"), buffer.isEnabled, let sync = buffer.sync, sync.value == .latest,
      let fields = Self.stubFields[buffer.name.value], !fields.isDisjoint(with: buffer.fields.map(\.name.value)),
      // References may be another's to give.
      buffer.name.value != "rhc_references" || buffer.writer?.value == .simulator
    else { return }
    collector.report(
      .stubBuffer,
      "the built-in simulator hands over \(quoted(buffer.name.value)) in steps, and 'sync: latest' takes it out of them",
      at: sync.span, notes: [.init("use 'sync: step', or a simulator of your own")])
  }

  func noBuffers() {
    // Beside errors it would only be noise.
    guard !collector.hasErrors, spec.buffers.allSatisfy({ !$0.isEnabled }) else { return }
    collector.report(
      .noBuffers, "the cluster has no buffers, so its processes cannot exchange anything", at: spec.place,
      severity: .warning,
      notes: [.init("the standard ones are in configs/presets/rhc.yaml; take them over with 'extends'")])
  }
}
