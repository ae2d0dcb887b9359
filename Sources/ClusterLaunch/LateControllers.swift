import ControlCluster

/// Which controllers have become late, and which are back: told once each, and of one that comes and goes not more often than
/// every so often.
struct LateControllers {
  struct Findings: Equatable {
    var late: [Int] = []
    /// How often some of them were late meanwhile and nobody was told.
    var untold = 0
    var back: [Int] = []
  }

  private struct Watched {
    var isLate = false
    var isTold = false
    var quietUntil = 0.0
    var untold = 0
  }

  private var watched: [Watched]

  /// How long a controller that was told of is not told of again, s.
  static let quiet = 10.0

  init(count: Int) { watched = Array(repeating: Watched(), count: count) }

  mutating func look(_ pulses: [SlotPulse], at now: Double) -> Findings {
    var findings = Findings()
    for (index, pulse) in pulses.enumerated() {
      let isLate = pulse.status == .late && pulse.state != .dead && pulse.state != .registering
      var state = watched[index]
      defer { watched[index] = state }
      if isLate, !state.isTold {
        if now >= state.quietUntil {
          findings.late.append(index)
          findings.untold += state.untold
          (state.isTold, state.untold, state.quietUntil) = (true, 0, now + Self.quiet)
        } else if !state.isLate {
          state.untold += 1
        }
      } else if !isLate, state.isTold {
        state.isTold = false
        findings.back.append(index)
      }
      state.isLate = isLate
    }
    return findings
  }
}
