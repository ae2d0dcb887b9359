import ControlCluster

/// A cluster's metrics, as Prometheus scrapes them: `ccluster metrics` prints them, and the dashboard serves them at `/metrics`.
///
/// Counters and histograms lie in the cluster's memory, where whoever steps and solves counts; so they miss nothing between two
/// scrapes, never go down while the cluster lives, and are the same for all who ask.
public struct ClusterMetrics: Sendable {
  /// The cluster's name.
  public let name: String
  public let families: [MetricFamily]

  /// Of an HTTP answer that carries ``text``.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// - Parameter segment: attached, by any role.
  public init(_ segment: Segment) {
    let status = ClusterStatus(segment)
    name = status.name
    families =
      Self.cluster(status, segment) + Self.steps(segment.totals(), segment) + Self.controllers(status.slots)
  }

  /// In Prometheus' text format, each sample with the cluster's name as a label.
  public var text: String {
    families.map { $0.text(common: [.init(name: "cluster", value: name)]) }.joined()
  }

  /// {"name", "families": [{"name", "type", "help", "samples": [{"name", "labels", "value"}]}]}
  public var json: JSONValue { ["name": .string(name), "families": .array(families.map(\.json))] }
}

extension ClusterMetrics {
  private static func cluster(_ status: ClusterStatus, _ segment: Segment) -> [MetricFamily] {
    let robot = segment.cluster.robot
    var info = MetricFamily("ccluster_info", .gauge, "What runs, in labels; always 1.")
    info.add("1", ["robot": robot.name, "robot_version": robot.version, "segment": status.segment])
    var state = MetricFamily("ccluster_state", .gauge, "1 for the state that the cluster is in, 0 for all others.")
    for known in ClusterStatus.State.allCases {
      state.add(known == status.state ? "1" : "0", ["state": known.rawValue])
    }
    var processes = MetricFamily("ccluster_process_up", .gauge, "1 for a process that is there, 0 for one that is not.")
    processes.add(status.launcher.isAlive ? "1" : "0", ["role": "launcher"])
    processes.add(status.server.isAlive ? "1" : "0", ["role": "server"])
    processes.add(status.client == nil ? "0" : "1", ["role": "simulator"])
    return [
      info, state, processes,
      MetricFamily("ccluster_uptime_seconds", .gauge, "Since the launcher was started.", Quantity.fixed(status.up, 2)),
      MetricFamily("ccluster_memory_bytes", .gauge, "Of the cluster's shared memory.", "\(status.memory)"),
    ]
  }

  private static func steps(_ totals: StepTotals, _ segment: Segment) -> [MetricFamily] {
    var outcomes = MetricFamily(
      "ccluster_step_outcomes_total", .counter, "How controllers stood at the ends of the steps that they took part in."
    )
    outcomes.add("\(totals.solved)", ["outcome": "solved"])
    outcomes.add("\(totals.failed)", ["outcome": "failed"])
    outcomes.add("\(totals.died)", ["outcome": "died"])
    outcomes.add("\(totals.late)", ["outcome": "late"])
    return [
      .histogram(
        "ccluster_step_duration_seconds", "Steps, from handing them out until the last controller was settled.",
        totals.stepDurations, nanoseconds: totals.nanoseconds),
      outcomes,
      MetricFamily(
        "ccluster_step_period_seconds", .gauge, "Simulated time in a step: the config's cluster_dt.",
        "\(segment.cluster.timing.clusterDt)"),
      MetricFamily(
        "ccluster_simulated_seconds_total", .counter, "Simulated time; its rate is the real-time factor.",
        MetricFamily.seconds(totals.simulatedNanoseconds)),
      .histogram(
        "ccluster_solve_duration_seconds", "Solves of all controllers that have succeeded.", totals.solveDurations,
        nanoseconds: (0..<segment.layout.slots).reduce(0) { $0 + segment.solveNanoseconds($1) }),
    ]
  }

  private static func controllers(_ slots: [SlotSnapshot]) -> [MetricFamily] {
    func each(
      _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: (SlotSnapshot) -> String
    ) -> MetricFamily {
      var family = MetricFamily("ccluster_controller_\(name)", kind, help)
      for slot in slots { family.add(value(slot), ["controller": "\(slot.number)"]) }
      return family
    }
    var states = MetricFamily(
      "ccluster_controller_state", .gauge,
      "1 for the state that the controller is in, 0 for all others; one that is late lives and has not answered in time."
    )
    var solves = MetricFamily(
      "ccluster_controller_solve_duration_seconds", .summary,
      "Solves that have succeeded; the rate of the sum by that of the count is their mean.")
    for slot in slots {
      let told = slot.isLate ? "late" : "\(slot.state)"
      for state in ["vacant", "registering", "idle", "active", "failed", "dead", "late"] {
        states.add(state == told ? "1" : "0", ["controller": "\(slot.number)", "state": state])
      }
      solves.add(Quantity.fixed(slot.totalSolveTime, 9), suffix: "_sum", ["controller": "\(slot.number)"])
      solves.add("\(slot.solves)", suffix: "_count", ["controller": "\(slot.number)"])
    }
    return [
      states,
      each("process_up", .gauge, "1 for a controller whose process is there, 0 for one whose is not.") {
        [.vacant, .dead].contains($0.state) ? "0" : "1"
      },
      solves,
      each("last_solve_duration_seconds", .gauge, "The last solve that has succeeded.") {
        Quantity.fixed($0.lastSolveTime, 9)
      },
      each("max_solve_duration_seconds", .gauge, "The longest solve so far.") { Quantity.fixed($0.maxSolveTime, 9) },
      each("failures_total", .counter, "Solves and resets that have failed.") { "\($0.failures)" },
      each("late_steps_total", .counter, "Steps that were not answered in time.") { "\($0.lateSteps)" },
      each("deaths_total", .counter, "Deaths of its process.") { "\($0.incarnation)" },
      each("restarts_total", .counter, "Starts of its process after a death.") { "\($0.restarts)" },
    ]
  }
}
