import ControlCluster

/// The cluster's own figures, above the rows.
enum TopHeader {
  /// The most important first.
  static func lines(_ reading: TopReading, width: Int) -> [StyledLine] {
    [title(reading), steps(reading), stepTimes(reading, width: width), samples(reading)]
  }

  private static func title(_ reading: TopReading) -> StyledLine {
    let status = reading.status
    var line = StyledLine(status.name, .bold)
    line.add("  ")
    line.add(
      reading.end == nil ? status.state.rawValue : "ended", reading.end == nil ? [status.state.style] : [.bold, .red])
    line.add("  ")
    let states = Dictionary(grouping: reading.controllers, by: \.state)
    let present = ["active", "idle", "failed", "dead", "registering", "vacant", "late"].compactMap { states[$0] }
    for (index, group) in present.enumerated() {
      line.add(index > 0 ? ", " : "")
      line.add("\(Quantity.thousands(group.count)) \(group[0].state)", group[0].style)
    }
    line.add("  up \(Quantity.span(status.up)), pid \(status.launcher.pid)")
    return line
  }

  private static func steps(_ reading: TopReading) -> StyledLine {
    let figures = reading.status.figures
    var line = StyledLine("steps  ", .dim)
    line.add(
      figures.steps > 0
        ? "\(Quantity.thousands(figures.steps)) at \(Quantity.plain(figures.rate))/s, "
          + "\(Quantity.plain(figures.realTimeFactor)) × real time"
        : "none yet")
    if let commands = reading.commands { line.add("; COMMAND is ‖\(commands)‖", .dim) }
    return line
  }

  private static func stepTimes(_ reading: TopReading, width: Int) -> StyledLine {
    let times = reading.stepTimes
    var line = StyledLine("step   ", .dim)
    if times.seen > 0 {
      line.add(
        "p50 \(Quantity.duration(times.p50))  p99 \(Quantity.duration(times.p99))  max \(Quantity.duration(times.max))  "
      )
    } else if reading.status.steps.stepTimes.isEmpty {
      line.add("none yet")
    }
    line.add(Sparkline.text(reading.status.steps.stepTimes, width: min(64, width - line.width)), .cyan)
    return line
  }

  private static func samples(_ reading: TopReading) -> StyledLine {
    let solves = reading.solves
    var parts: [String] = []
    if reading.stepTimes.count > 0 { parts.append(share(reading.stepTimes.seen, reading.stepTimes.count, "step")) }
    if solves.count > 0 { parts.append(share(solves.seen, solves.count, "solve")) }
    var line = StyledLine(reading.isTotal ? "since top began: " : "last \(Quantity.span(reading.span)): ", .dim)
    line.add(parts.isEmpty ? "no step" : "\(parts.joined(separator: ", ")) sampled", .dim)
    return line
  }

  /// `all 50 steps`, `20 of 800 solves`
  private static func share(_ seen: Int, _ count: Int, _ noun: String) -> String {
    "\(seen < count ? "\(Quantity.thousands(seen)) of" : "all") \(Quantity.count(count, noun))"
  }
}
