import ClusterRecord
import ClusterReplay
import ControlCluster

/// Feeds a cluster the states of a recording, step by step, and compares what its controllers make of them.
final class Replay {
  private let client: ControlClusterClient
  private let recording: Recording
  private let request: ReplayRequest
  private let selected: [Int]
  private let inputs: RecordedInputs
  private let outputs: RecordedOutputs
  private var slots: RecordedSlots
  private var report: ReplayReport
  private var outcomes = OutcomeTable()
  private var gaps = StepGaps()
  private var previous: Int?
  /// Controllers that did otherwise while they were warmed up.
  private var strayed: Set<Int> = []

  /// A replay is no race: whoever answers within this is not late, however short the run's own `solve_timeout` was. s
  private static let shortestTimeout = 60.0

  /// - Throws: when the cluster is another one than the recorded.
  private init(_ client: ControlClusterClient, _ recording: Recording, _ request: ReplayRequest) throws {
    self.client = client
    self.recording = recording
    self.request = request
    let all = Array(0..<client.segment.layout.slots)
    selected = request.controllers ?? all
    for slot in selected where !all.contains(slot) { throw ClusterError.slotOutOfRange(slot: slot, count: all.count) }
    inputs = try RecordedInputs(client, recording)
    outputs = try RecordedOutputs(client, recording, request)
    slots = RecordedSlots(client, selected)
    report = ReplayReport(
      recording: recording.path, cluster: recording.facts["name"] ?? "", controllers: selected,
      tolerance: request.tolerance)
  }

  /// Replays to the end, or as far as it goes: what stands in the way is in the report.
  static func run(_ client: ControlClusterClient, _ recording: Recording, _ request: ReplayRequest) -> ReplayReport {
    let replay: Replay
    do { replay = try Replay(client, recording, request) } catch {
      var report = ReplayReport(
        recording: recording.path, cluster: recording.facts["name"] ?? "", controllers: request.controllers ?? [],
        tolerance: request.tolerance)
      report.problem = "\(error)"
      return report
    }
    return replay.run()
  }

  private func run() -> ReplayReport {
    var start = 0
    do {
      start = try WarmUpStart(recording, request, selected).step
      try recording.forEachStep(from: start) { step in
        guard step.number <= request.steps.upperBound else { return false }
        try replay(step)
        return true
      }
    } catch {
      let place = previous.map { "after step \($0)" } ?? "before the first step"
      if case ClusterError.stopped = error {
        report.problem = "the replay was ended \(place)"
      } else {
        report.problem = "\(place): \(error)"
      }
    }
    finish(start)
    return report
  }

  private func replay(_ step: RecordedStep) throws {
    guard step.slots.count == client.segment.layout.slots else {
      throw ClusterError.failed(
        "step \(step.number) is of \(step.slots.count) controllers, and the cluster has another number")
    }
    gaps.add(step)
    try inputs.write(step)
    let sittingOut = Set(selected.filter { outputs.satOut($0, step) })
    try slots.prepare(step, sittingOut: sittingOut)
    let asked = selected.filter { step.slots[$0].outcome != .free }
    let timeout = max(client.cluster.controllers.solveTimeout, Self.shortestTimeout)
    if step.isReset {
      try client.reset(asked, timeout: timeout)
    } else {
      _ = try client.solve(among: Set(asked), timeout: timeout)
    }
    previous = step.number
    // Where none of them took part there is nothing to compare.
    let took = asked.filter { !sittingOut.contains($0) }
    if !took.isEmpty || step.number < request.steps.lowerBound { compare(step, took) }
  }

  private func compare(_ step: RecordedStep, _ asked: [Int]) {
    let dt = recording.clusterDt ?? client.cluster.timing.clusterDt
    let moment = ReplayMoment(step: step.number, time: Double(step.number) * dt)
    let counts = step.number >= request.steps.lowerBound
    var isSame = true
    for slot in asked {
      let (recorded, replayed) = (step.slots[slot].outcome, client.outcome(of: slot))
      guard recorded == .solved, replayed == .solved else {
        if !counts {
          if recorded != replayed, recorded != .late { strayed.insert(slot) }
          continue
        }
        let isSameOutcome = outcomes.note(
          slot, moment, recorded, replayed, message: step.messages[slot] ?? "",
          replayedMessage: replayed == .failed ? client.failureMessage(of: slot) : "")
        isSame = isSame && isSameOutcome
        continue
      }
      if counts, !outputs.compare(step, slot, moment) { isSame = false }
    }
    guard counts else { return report.warmedUp += 1 }
    report.first = report.first ?? moment
    report.last = moment
    report.compared += 1
    if !isSame { report.different += 1 }
  }

  private func finish(_ start: Int) {
    report.outcomes = outcomes.all
    report.differences = outputs.comparison.worstFirst()
    report.values = outputs.comparison.values
    report.notes =
      ReplayNotes(
        recording: recording, request: request, start: start, gaps: gaps, strayed: strayed,
        inputs: inputs, outputs: outputs, isSame: report.isSame
      ).all
  }
}
