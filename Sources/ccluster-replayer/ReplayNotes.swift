import ClusterRecord
import ClusterReplay
import ControlCluster

/// What a comparison is worth, in words: all that is not as it was in the run.
struct ReplayNotes {
  let recording: Recording
  let request: ReplayRequest
  /// The first step that was wanted.
  let start: Int
  let gaps: StepGaps
  let resets: [Int: Int]
  let strayed: Set<Int>
  let inputs: RecordedInputs
  let outputs: RecordedOutputs
  let isSame: Bool

  var all: [String] {
    get {
      var notes: [String] = []
      if let cut = recording.cut { notes.append("the recording was not finished, and is read up to there: \(cut)") }
      notes += begin
      if gaps.count > 0 { notes.append(missing) }
      for (slot, step) in resets.sorted(by: { $0 < $1 }) {
        notes.append(
          "controller \(slot) was reset, or deactivated and activated, beside the steps before step \(step); it was reset here"
        )
      }
      if !strayed.isEmpty {
        notes.append(
          "while they were warmed up, controllers \(Quantity.ranges(Array(strayed))) did otherwise than in the recording"
        )
      }
      if !inputs.missing.isEmpty {
        notes.append(
          "\(inputs.missing.joined(separator: ", ")) cannot be fed, and held initial values: nothing of it is recorded")
      }
      notes += outputs.skipped.map { "not compared: \($0)" }
      if outputs.unanswered > 0 {
        notes.append(
          "\(Quantity.count(outputs.unanswered, "recorded row")) of controllers that had solved were overwritten before they were recorded, and are not compared"
        )
      }
      if !isSame, !inputs.latest.isEmpty {
        notes.append(
          "\(inputs.latest.joined(separator: ", ")) is written at any time: a controller may have found a row a step earlier or later than here"
        )
      }
      return notes
    }
  }

  private var begin: [String] {
    let first = recording.firstStep
    if let first, first > 0, start <= first {
      return ["the recording begins with step \(first): what controllers remembered of earlier ones is not in it"]
    }
    guard start > 0 else { return [] }
    return request.warmUp == .reset
      ? [] : ["controllers began as new ones with step \(start): what they remembered of earlier ones is missing"]
  }

  private var missing: String {
    let purpose =
      gaps.missed == gaps.count ? "" : ", \(Quantity.thousands(gaps.count - gaps.missed)) of them on purpose"
    return "\(Quantity.count(gaps.count, "step")) between are not in the recording (\(gaps.text))\(purpose): "
      + "controllers that remember have not seen them here"
  }
}
