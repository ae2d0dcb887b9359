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
    var notes = begin
    if let cut = recording.cut {
      notes.insert("the recording was not finished, and is read up to there: \(cut)", at: 0)
    }
    if gaps.count > 0 { notes.append(missing) }
    if let step = resets.values.min() {
      notes.append(
        "\(Self.controllers(resets.keys)) reset, or deactivated and activated, beside the steps, for the first time before "
          + "step \(step): reset here")
    }
    if !strayed.isEmpty {
      notes.append(
        "in the warm-up, controllers \(Quantity.ranges(Array(strayed))) failed or died otherwise than in the recording")
    }
    if !inputs.missing.isEmpty {
      notes.append(
        "\(inputs.missing.joined(separator: ", ")) held initial values: not recorded, or the server's to write")
    }
    if outputs.isEmpty { notes.append("no rows are compared, but only outcomes") }
    notes += outputs.skipped.map { "not compared: \($0)" }
    if outputs.unanswered > 0 {
      notes.append(
        "\(Quantity.count(outputs.unanswered, "row")) of controllers that had solved had been overwritten when they were "
          + "recorded: not compared")
    }
    if !isSame, !inputs.latest.isEmpty {
      notes.append(
        "\(inputs.latest.joined(separator: ", ")) may be written at any time: a controller may have found a row a step earlier "
          + "or later than here")
    }
    return notes
  }

  private static func controllers(_ slots: some Collection<Int>) -> String {
    slots.count == 1
      ? "controller \(Quantity.ranges(Array(slots))) was" : "controllers \(Quantity.ranges(Array(slots))) were"
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
