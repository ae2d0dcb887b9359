import ControlCluster

/// What came of a run.
struct RunReport {
  var cluster: String
  var controllers: Int
  /// Cluster steps.
  var steps: Int
  /// s
  var simulatedTime: Double
  var wallTime: Double
  var stepTimes: StepTimes
  /// How far from homing the robots ended.
  var error: TrackingError
  /// How far from homing the farthest joint started, rad or m.
  var startError = 0.0
  /// The joint of `error`'s maximum.
  var worstJoint: String
  var tolerance: Double?
  /// Solves that failed, and that were late, and controllers that died in a step, over the whole run.
  var failed = 0
  var late = 0
  var died = 0

  var realTimeFactor: Double { wallTime > 0 ? simulatedTime / wallTime : 0 }
  /// NaN is never within.
  var isWithinTolerance: Bool { tolerance.map { error.maximum <= $0 } ?? true }

  /// On one line, for programs. Times in seconds, errors in rad or m.
  var json: JSONValue {
    [
      "cluster": .string(cluster), "controllers": .integer(controllers), "steps": .integer(steps),
      "simulated_time": .number(simulatedTime), "wall_time": .number(wallTime),
      "real_time_factor": .number(realTimeFactor),
      "step_time": [
        "median": .number(seconds(stepTimes.quantile(0.5))), "p99": .number(seconds(stepTimes.quantile(0.99))),
        "max": .number(seconds(stepTimes.maximum)),
      ],
      "tracking_error": [
        "start": .number(startError), "max": .number(error.maximum), "rms": .number(error.rootMeanSquare),
        "controller": .integer(error.robot),
        "joint": .string(worstJoint), "tolerance": tolerance.map { .number($0) } ?? .null,
        "within_tolerance": .bool(isWithinTolerance),
      ],
      "solves": ["failed": .integer(failed), "late": .integer(late), "died": .integer(died)],
    ]
  }

  private func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) * 1e-9 }

  /// For people: labels, then right-aligned figures with their units.
  var text: String {
    let microseconds = [stepTimes.quantile(0.5), stepTimes.quantile(0.99), stepTimes.maximum]
      .map { Quantity.fixed(Double($0) * 1e-3, 1) }
    let verdict = tolerance.map {
      isWithinTolerance ? ", within \(Quantity.short($0))" : ", beyond the tolerance of \(Quantity.short($0))"
    }
    let rows: [(label: String, figure: String, unit: String)] = [
      ("cluster steps", "\(steps)", ""),
      ("simulated time", Quantity.fixed(simulatedTime, 3), "s"),
      ("wall time", Quantity.fixed(wallTime, 3), "s"),
      ("real-time factor", Quantity.fixed(realTimeFactor, 2), "×"),
      ("step time, median", microseconds[0], "µs"),
      ("step time, p99", microseconds[1], "µs"),
      ("step time, max", microseconds[2], "µs"),
      ("tracking error, start", Quantity.short(startError), "rad or m"),
      ("tracking error, rms", Quantity.short(error.rootMeanSquare), "rad or m"),
      (
        "tracking error, max", Quantity.short(error.maximum),
        "rad or m\(verdict ?? "")"
      ),
      ("worst joint", "", "\(worstJoint) of controller \(error.robot)"),
      ("solves failed", "\(failed)", ""),
      ("solves late", "\(late)", ""),
      ("controllers died", "\(died)", ""),
    ]
    let labelWidth = rows.map(\.label.count).max() ?? 0
    let figureWidth = rows.map(\.figure.count).max() ?? 0
    var lines = ["\(cluster): \(controllers) \(controllers == 1 ? "controller" : "controllers")"]
    for (label, figure, unit) in rows {
      let padding = String(repeating: " ", count: labelWidth - label.count + 2 + figureWidth - figure.count)
      lines.append("  \(label)\(padding)\(figure)\(unit.isEmpty ? "" : " " + unit)")
    }
    return lines.joined(separator: "\n")
  }
}
