import ControlCluster

/// An element over all chosen rows.
public struct ValueStatistics: Sendable, Equatable {
  public struct Extreme: Sendable, Equatable {
    public var value: ElementValue
    public var row: Int
  }

  /// The smallest and the largest with the first row that has it; `nil` when no row has a finite value.
  public var minimum: Extreme?
  public var maximum: Extreme?
  /// `nil` when no row has a finite value.
  public var mean: Double?
  /// Rows whose value is NaN or infinite: they do not count.
  public var notFinite: [Int] = []

  /// - Parameters:
  ///   - rows: those that were being written are left out.
  ///   - field: by its place among the chosen ones, as is the element.
  init(_ rows: [ValueReading.Row], field: Int, element: Int) {
    var sum = 0.0
    var count = 0
    for row in rows where !row.isTorn {
      let value = row.values[field][element]
      let number = value.number
      guard number.isFinite else {
        notFinite.append(row.row)
        continue
      }
      if number < minimum?.value.number ?? .infinity { minimum = Extreme(value: value, row: row.row) }
      if number > maximum?.value.number ?? -.infinity { maximum = Extreme(value: value, row: row.row) }
      sum += number
      count += 1
    }
    if count > 0 { mean = sum / Double(count) }
  }
}

extension ValueReading.Group {
  /// Over all chosen rows.
  /// - Parameters:
  ///   - field: by its place among the chosen ones.
  ///   - element: likewise.
  public func statistics(field: Int, element: Int) -> ValueStatistics {
    ValueStatistics(rows, field: field, element: element)
  }
}
