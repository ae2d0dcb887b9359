/// By what rows are sorted.
public struct TopOrder: Sendable, Equatable {
  public var column: TopColumn
  /// Against the order in which what matters most comes first.
  public var isInverted: Bool

  public init(_ column: TopColumn = .controller, inverted: Bool = false) {
    (self.column, isInverted) = (column, inverted)
  }

  var isDescending: Bool { column.startsWithLargest != isInverted }

  /// Rows that are equal stay in the order of their numbers, those without a value come last.
  func sorted(_ rows: [ControllerReading]) -> [ControllerReading] {
    rows.map { (key: column.key($0), row: $0) }
      .sorted { a, b in
        switch (a.key, b.key) {
        case (let x?, let y?) where x != y: isDescending ? x > y : x < y
        case (nil, _?): false
        case (_?, nil): true
        default: a.row.index < b.row.index
        }
      }
      .map(\.row)
  }
}
