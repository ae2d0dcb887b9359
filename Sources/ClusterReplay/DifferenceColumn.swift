import ControlCluster

/// A column of the table of differences, by its title.
enum DifferenceColumn: String, CaseIterable {
  case controller = "RHC"
  case value = "VALUE"
  case first = "FIRST"
  case time = "TIME"
  case steps = "STEPS"
  case worst = "WORST"
  case recorded = "RECORDED"
  case replayed = "REPLAYED"
  case by = "BY"
  case relative = "RELATIVE"
  case ulps = "ULPS"

  /// Those that go first where there is no room for all.
  private static let dispensable: [DifferenceColumn] = [.worst, .ulps, .steps, .relative]
  /// What is left of the value's name says which joint it is.
  private static let shortestName = 30

  /// - Parameter width: of a line; `nil` has room for all.
  static func fitting(_ differences: some Collection<ReplayReport.Difference>, into width: Int?) -> [DifferenceColumn] {
    var columns = allCases
    guard let width else { return columns }
    // Two spaces in front, and two between.
    func needed() -> Int {
      columns.reduce(0) { sum, column in
        let cells = differences.map { column.cell(of: $0).count }.max() ?? 0
        return sum + 2 + max(column.rawValue.count, column == .value ? min(cells, shortestName) : cells)
      }
    }
    for column in dispensable where needed() > width { columns.removeAll { $0 == column } }
    return columns
  }

  func cell(of difference: ReplayReport.Difference) -> String {
    let value = difference.value
    return switch self {
    case .controller: "\(difference.controller)"
    case .value: difference.name
    case .first: Quantity.thousands(difference.first.step)
    case .time: Quantity.fixed(difference.first.time, 3) + " s"
    case .steps: Quantity.thousands(difference.steps)
    case .worst: Quantity.thousands(difference.worst.step)
    case .recorded: difference.text(of: value.recorded)
    case .replayed: difference.text(of: value.replayed)
    case .by: difference.size
    case .relative: Quantity.short(value.relative)
    case .ulps: value.ulps.map { Quantity.thousands(Int(clamping: $0)) } ?? "-"
    }
  }
}
