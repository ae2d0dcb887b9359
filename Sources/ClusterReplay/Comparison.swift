import ControlCluster

/// Collects in what replayed rows differ from the recorded ones, element by element.
public struct Comparison {
  private struct Place: Hashable {
    var controller: Int
    var field: Int
    var element: Int
  }

  private let fields: [ComparedField]
  private let tolerance: Tolerance
  private var differences: [Place: ReplayReport.Difference] = [:]
  /// The largest number that each field was seen to hold where it differs: what a difference is measured by.
  private var scales: [Double]
  /// Elements so far.
  public private(set) var values = 0

  public init(_ fields: [ComparedField], _ tolerance: Tolerance) {
    self.fields = fields
    self.tolerance = tolerance
    scales = fields.map { _ in 0 }
  }

  /// Compares one field of one controller.
  /// - Parameters:
  ///   - field: of those that it was made with.
  ///   - recorded: the start of the recorded row.
  ///   - replayed: the start of the row as it is now.
  /// - Returns: whether it is the same, to the tolerance.
  public mutating func compare(
    _ field: Int, of controller: Int, _ recorded: UnsafeRawPointer, _ replayed: UnsafeRawPointer,
    at moment: ReplayMoment
  ) -> Bool {
    values += fields[field].count
    var found: [(Int, ValueDifference)] = []
    fields[field].forEachDifference(recorded, replayed) { element, difference in
      if !tolerance.accepts(difference) { found.append((element, difference)) }
    }
    for (element, difference) in found {
      note(Place(controller: controller, field: field, element: element), difference, moment)
    }
    return found.isEmpty
  }

  private mutating func note(_ place: Place, _ value: ValueDifference, _ moment: ReplayMoment) {
    if value.recorded.isFinite { scales[place.field] = max(scales[place.field], value.recorded.magnitude) }
    guard var known = differences[place] else {
      let field = fields[place.field]
      differences[place] = ReplayReport.Difference(
        controller: place.controller, field: field.name, element: field.label(of: place.element), type: field.type,
        unit: field.field.unit, first: moment, worst: moment, value: value)
      return
    }
    known.steps += 1
    if value.absolute > known.value.absolute { (known.worst, known.value) = (moment, value) }
    differences[place] = known
  }

  /// The worst first: those that are largest beside what their field holds. Of equals the first in time, then in place.
  public func worstFirst() -> [ReplayReport.Difference] {
    let sized = differences.map { place, difference in
      (place, difference, size: difference.value.absolute / max(scales[place.field], .leastNormalMagnitude))
    }
    return sized.sorted {
      if $0.size != $1.size { return $0.size > $1.size }
      return ($0.1.first.step, $0.0.controller, $0.0.field, $0.0.element)
        < ($1.1.first.step, $1.0.controller, $1.0.field, $1.0.element)
    }.map(\.1)
  }
}
