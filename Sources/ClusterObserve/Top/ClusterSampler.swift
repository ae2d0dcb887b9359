import ControlCluster

/// Gathers the times of steps and solves from a cluster's memory, which it only reads: nothing in the cluster waits for it, or
/// learns of it.
///
/// The memory holds each controller's last solve time and the last 512 step times. Whoever looks less often than the cluster
/// steps misses solves, so what was seen is told beside how many there were.
public final class ClusterSampler {
  private let segment: Segment
  private let commands: CommandNorms?
  private let processes: [Int: String]
  private var controllers: [Track]
  private var steps: Track
  private let began: UInt64
  /// When the older and the newer part of the times of late began.
  private var parts: (older: UInt64, newer: UInt64)
  private var previous: (steps: Int, at: UInt64)

  /// How long each of the two parts of the times of late is, ns: they go back half a minute to a minute.
  private static let part: UInt64 = 30_000_000_000

  /// ns
  private static let shortestForRate: UInt64 = 100_000_000

  /// What was seen of something that is counted in the memory.
  private struct Track {
    var times = TimingWindow()
    /// The count now, and when the observation and the parts began.
    var count: Int
    var counts: (began: Int, older: Int, newer: Int)
    var isLate = false
    var timesLate = 0

    init(from count: Int) {
      self.count = count
      counts = (count, count, count)
    }

    mutating func turn() {
      times.turn()
      (counts.older, counts.newer) = (counts.newer, count)
    }

    func figures(total: Bool) -> TimingFigures {
      let (p50, p99, max, seen) = times.figures(total: total)
      let count = count - (total ? counts.began : counts.older)
      return TimingFigures(p50: p50, p99: p99, max: max, seen: seen, count: Swift.max(seen, count))
    }
  }

  /// - Parameters:
  ///   - segment: attached, by any role.
  ///   - processes: the names of the processes that host the controllers, by controller.
  public init(_ segment: Segment, processes: [Int: String] = [:]) {
    self.segment = segment
    self.processes = processes
    commands = CommandNorms(segment)
    began = System.monotonicNanoseconds
    parts = (began, began)
    controllers = (0..<segment.layout.slots).map { Track(from: segment.solveReading($0).solves) }
    steps = Track(from: segment.stepSnapshot().steps)
    previous = (steps.count, began)
  }

  /// Takes what is new since the last time: of each controller the last solve, of the steps all that the memory still has.
  public func sample() {
    let now = System.monotonicNanoseconds
    if now - parts.newer > Self.part {
      for index in controllers.indices { controllers[index].turn() }
      steps.turn()
      parts = (parts.newer, now)
    }
    for index in controllers.indices {
      let reading = segment.solveReading(index)
      if reading.solves != controllers[index].count {
        controllers[index].times.record(reading.lastNanoseconds)
        controllers[index].count = reading.solves
      }
      if reading.isLate, !controllers[index].isLate { controllers[index].timesLate += 1 }
      controllers[index].isLate = reading.isLate
    }
    let snapshot = segment.stepSnapshot()
    for time in snapshot.stepTimes.suffix(max(0, snapshot.steps - steps.count)) {
      steps.times.record(UInt64(time * 1e9))
    }
    steps.count = snapshot.steps
  }

  /// - Parameter total: since this observation began; otherwise of late.
  public func reading(total: Bool) -> TopReading {
    let now = System.monotonicNanoseconds
    let status = ClusterStatus(segment, since: previous)
    // Of a moment no rate can be told.
    if now - previous.at > Self.shortestForRate { previous = (status.figures.steps, now) }
    commands?.take()
    var cores: [Int32: Int?] = [:]
    let rows = status.slots.map { slot in
      if slot.pid > 0, cores[slot.pid] == nil { cores[slot.pid] = .some(LastCore.of(slot.pid)) }
      let track = controllers[slot.index]
      var times = track.figures(total: total)
      if total, slot.solves > 0 {
        // The memory knows the longest of all solves, seen or not.
        times.max = slot.maxSolveTime
        (times.p50, times.p99) = (min(times.p50, times.max), min(times.p99, times.max))
      }
      return ControllerReading(
        slot: slot, process: processes[slot.number], core: cores[slot.pid] ?? nil, solveTimes: times,
        timesLate: track.timesLate, commandNorm: commands?.norms[slot.index])
    }
    return TopReading(
      status: status, controllers: rows, stepTimes: steps.figures(total: total),
      span: Double(now - (total ? began : parts.older)) * 1e-9, isTotal: total, commands: commands?.buffer)
  }
}
