import ClusterRecord
import ControlCluster

/// Steps between those of a recording that it does not have.
struct StepGaps {
  private var last: Int?
  private(set) var count = 0
  /// Of them, those that the recorder was to record.
  private(set) var missed = 0
  /// The first few.
  private var ranges: [ClosedRange<Int>] = []
  private static let shown = 5

  mutating func add(_ step: RecordedStep) {
    defer { last = step.number }
    guard let last, step.number > last + 1 else { return }
    count += step.number - last - 1
    missed += min(step.missed, step.number - last - 1)
    if ranges.count <= Self.shown { ranges.append((last + 1)...(step.number - 1)) }
  }

  /// `5, 18-20, …`
  var text: String {
    let names = ranges.prefix(Self.shown).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return names.joined(separator: ", ") + (ranges.count > Self.shown ? ", …" : "")
  }
}
